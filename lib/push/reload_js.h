/* reload_js.h - reload.js as bytes; reload_js.c is made of it by make */
#ifndef RELOAD_JS_H
#define RELOAD_JS_H

#include <stddef.h>

/* the script and how many bytes it has */
extern const unsigned char reload_js[];
extern const size_t reload_js_size;

#endif
