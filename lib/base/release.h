/* release.h - which release this is, as the changelogs say, too */
#ifndef RELEASE_H
#define RELEASE_H

#define RELEASE "0.1"

#endif
