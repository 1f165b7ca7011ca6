/* mime.c - what a file is, told by its name */
#include <stddef.h>
#include <string.h>

#include "base/str.h"
#include "site/mime.h"

static const char page[] = "text/html";
static const char script[] = "text/javascript";
static const char plain[] = "text/plain";

/* by the extension */
static const char *const types[][2] = {
	{ "html", page },
	{ "htm", page },
	{ "css", "text/css" },
	{ "cjs", script },
	{ "js", script },
	{ "mjs", script },
	{ "json", "application/json" },
	{ "map", "application/json" },
	{ "jsonld", "application/ld+json" },
	{ "geojson", "application/geo+json" },
	{ "webmanifest", "application/manifest+json" },
	{ "csv", "text/csv" },
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
	{ "heic", "image/heic" },
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
	{ "oga", "audio/ogg" },
	{ "ogg", "audio/ogg" },
	{ "opus", "audio/ogg" },
	{ "weba", "audio/webm" },
	{ "flac", "audio/flac" },
	{ "wav", "audio/wav" },
	{ "m4v", "video/mp4" },
	{ "mov", "video/quicktime" },
	{ "mkv", "video/matroska" },
	{ "ogv", "video/ogg" },
	{ "mp4", "video/mp4" },
	{ "webm", "video/webm" },
	{ "m3u8", "application/vnd.apple.mpegurl" },
	{ "mpd", "application/dash+xml" },
	{ "glb", "model/gltf-binary" },
	{ "gltf", "model/gltf+json" },
	{ "usdz", "model/vnd.usdz+zip" },
	{ "ics", "text/calendar" },
	{ "vtt", "text/vtt" },
	{ "pdf", "application/pdf" },
	{ "epub", "application/epub+zip" },
	{ "zip", "application/zip" },
	{ "gz", "application/gzip" },
	{ "tar", "application/x-tar" },
	{ "wasm", "application/wasm" },
	/* texts that people look at */
	{ "txt", plain },
	{ "md", plain },
	{ "log", plain },
	{ "yml", plain },
	{ "yaml", plain },
	{ "toml", plain },
	{ "ini", plain },
	{ "conf", plain },
	{ "diff", plain },
	{ "patch", plain },
	{ "c", plain },
	{ "h", plain },
	{ "jsx", plain },
	{ "ts", plain },
	{ "tsx", plain },
	{ "py", plain },
	{ "sh", plain },
};

/* texts without an extension */
static const char *const texts[] = { "LICENSE", "COPYING", "README", "AUTHORS",
	"CHANGELOG", "NEWS", "NOTICE", "Makefile", "Dockerfile" };

const char *
mime_type(const char *path)
{
	const char *name, *dot;
	size_t i;

	name = str_base(path);
	for (i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (strcmp(name, texts[i]) == 0)
			return plain;
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

bool
mime_is_text(const char *type)
{
	return strncmp(type, "text/", 5) == 0;
}
