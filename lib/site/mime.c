/* mime.c - what a file is, told by its name */
#include <stddef.h>
#include <string.h>

#include "base/str.h"
#include "site/mime.h"

static const char page[] = "text/html; charset=utf-8";

/* by the extension */
static const char *const types[][2] = {
	{ "html", page },
	{ "htm", page },
	{ "css", "text/css; charset=utf-8" },
	{ "cjs", "text/javascript; charset=utf-8" },
	{ "js", "text/javascript; charset=utf-8" },
	{ "mjs", "text/javascript; charset=utf-8" },
	{ "json", "application/json" },
	{ "map", "application/json" },
	{ "webmanifest", "application/manifest+json" },
	{ "txt", "text/plain; charset=utf-8" },
	{ "md", "text/plain; charset=utf-8" },
	{ "csv", "text/csv; charset=utf-8" },
	{ "xml", "application/xml" },
	{ "xsl", "application/xml" },
	{ "xhtml", "application/xhtml+xml" },
	{ "atom", "application/atom+xml" },
	{ "rss", "application/rss+xml" },
	{ "svg", "image/svg+xml" },
	{ "png", "image/png" },
	{ "jpg", "image/jpeg" },
	{ "jpeg", "image/jpeg" },
	{ "gif", "image/gif" },
	{ "webp", "image/webp" },
	{ "avif", "image/avif" },
	{ "apng", "image/apng" },
	{ "jxl", "image/jxl" },
	{ "tif", "image/tiff" },
	{ "tiff", "image/tiff" },
	{ "bmp", "image/bmp" },
	{ "ico", "image/x-icon" },
	{ "woff", "font/woff" },
	{ "woff2", "font/woff2" },
	{ "ttf", "font/ttf" },
	{ "otf", "font/otf" },
	{ "eot", "application/vnd.ms-fontobject" },
	{ "aac", "audio/aac" },
	{ "m4a", "audio/mp4" },
	{ "mp3", "audio/mpeg" },
	{ "ogg", "audio/ogg" },
	{ "opus", "audio/ogg" },
	{ "flac", "audio/flac" },
	{ "wav", "audio/wav" },
	{ "m4v", "video/mp4" },
	{ "mov", "video/quicktime" },
	{ "ogv", "video/ogg" },
	{ "mp4", "video/mp4" },
	{ "webm", "video/webm" },
	{ "ics", "text/calendar; charset=utf-8" },
	{ "vtt", "text/vtt; charset=utf-8" },
	{ "pdf", "application/pdf" },
	{ "zip", "application/zip" },
	{ "gz", "application/gzip" },
	{ "wasm", "application/wasm" },
};

const char *
mime_type(const char *name)
{
	const char *dot;
	size_t i;

	dot = strrchr(name, '.');
	for (i = 0; dot != NULL && i < sizeof types / sizeof types[0]; i++)
		if (str_is(dot + 1, strlen(dot + 1), types[i][0]))
			return types[i][1];
	return "application/octet-stream";
}

bool
mime_is_page(const char *type)
{
	return type == page;
}
