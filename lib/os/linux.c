#ifdef __linux__
#define _GNU_SOURCE
/* linux.c - what differs between systems: files and mounts on Linux */
#include <sys/syscall.h>
#include <sys/vfs.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "os/os.h"

enum { MOUNTS_TEXT = 16384 };

/* Times that do not fit, from the year 2262 on or before 1678, are cut. */
static int64_t
to_ns(struct timespec ts)
{
	if (ts.tv_sec >= INT64_MAX / 1000000000)
		return INT64_MAX;
	if (ts.tv_sec <= INT64_MIN / 1000000000)
		return INT64_MIN;
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

int64_t
os_mtime_ns(const struct stat *st)
{
	return to_ns(st->st_mtim);
}

int64_t
os_ctime_ns(const struct stat *st)
{
	return to_ns(st->st_ctim);
}

void
os_times(const struct stat *st, struct timespec times[2])
{
	times[0] = st->st_atim;
	times[1] = st->st_mtim;
}

bool
os_is_link(int error)
{
	return error == ELOOP;
}

mode_t
os_dirent_type(const struct dirent *entry)
{
	return DTTOIF(entry->d_type);
}

/* O_PATH needs no right to read, and asks no file server to open anything. */
int
os_open_dir(int dir, const char *name)
{
	return openat(dir, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/*
 * An O_PATH descriptor opens nothing, so nobody's lock is lost when it is
 * closed, and /proc has the way from it to the file itself.  Without /proc the
 * name has to do.
 */
int
os_open_file(int dir, const char *name, const struct stat *st)
{
	enum { FLAGS = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC };
	char way[40];
	struct stat now;
	int fd, path, error;

	path = openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (path < 0)
		return -1;
	fd = -1;
	errno = ENOENT;
	if (fstat(path, &now) == 0 && now.st_dev == st->st_dev &&
	    now.st_ino == st->st_ino && S_ISREG(now.st_mode)) {
		snprintf(way, sizeof way, "/proc/self/fd/%d", path);
		fd = open(way, FLAGS);
		if (fd < 0 && errno == ENOENT)
			fd = openat(dir, name, FLAGS | O_NOFOLLOW);
	}
	error = errno;
	close(path);
	errno = error;
	return fd;
}

/* Its answer is not read: it has made what stat(2) remembers new. */
void
os_refresh(int dir, const char *name)
{
	_Alignas(uint64_t) char answer[256]; /* statx(2) */

	syscall(SYS_statx, dir, name,
	    AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW | AT_STATX_FORCE_SYNC, 0xff,
	    answer);
}

/* proc(5): a file that is gone has " (deleted)" behind its path. */
int
os_path(int fd, char *path, size_t size)
{
	char link[64];
	ssize_t n;

	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	n = readlink(link, path, size - 1);
	if (n < 0)
		return -1;
	path[n] = '\0';
	return 0;
}

/* ---- file systems ---- */

/* statfs(2), f_type: those where others may write without our kernel. */
static const struct {
	uint32_t type;
	enum os_events events;
	const char *name;
} systems[] = {
	{ 0x00006969, OS_EVENTS_OURS, "NFS" },
	{ 0xff534d42, OS_EVENTS_OURS, "CIFS" },
	{ 0xfe534d42, OS_EVENTS_OURS, "SMB" },
	{ 0x0000517b, OS_EVENTS_OURS, "SMB" },
	{ 0x01021997, OS_EVENTS_OURS, "9p" },
	{ 0x65735546, OS_EVENTS_OURS, "FUSE" },
	{ 0x786f4256, OS_EVENTS_OURS, "vboxsf" },
	{ 0x7c7c6673, OS_EVENTS_OURS, "prl_fs" },
	{ 0xbacbacbc, OS_EVENTS_OURS, "vmhgfs" },
	{ 0x5346414f, OS_EVENTS_OURS, "AFS" },
	{ 0x6b414653, OS_EVENTS_OURS, "AFS" },
	{ 0x73757245, OS_EVENTS_OURS, "Coda" },
	{ 0x00c36400, OS_EVENTS_OURS, "Ceph" },
	{ 0x0bd00bd0, OS_EVENTS_OURS, "Lustre" },
	{ 0x47504653, OS_EVENTS_OURS, "GPFS" },
	{ 0x01161970, OS_EVENTS_OURS, "GFS" },
	{ 0x7461636f, OS_EVENTS_OURS, "OCFS2" },
	{ 0x19830326, OS_EVENTS_OURS, "BeeGFS" },
	{ 0xaad7aaea, OS_EVENTS_OURS, "PanFS" },
	{ 0xbeefdead, OS_EVENTS_OURS, "SNFS" },
	{ 0x013111a8, OS_EVENTS_OURS, "IBRIX" },
	{ 0x61636673, OS_EVENTS_OURS, "ACFS" },
	{ 0x0000564c, OS_EVENTS_OURS, "NCP" },
	{ 0x00009fa0, OS_EVENTS_NONE, "proc" },
	{ 0x62656572, OS_EVENTS_NONE, "sysfs" },
	{ 0x0027e0eb, OS_EVENTS_NONE, "cgroup" },
	{ 0x63677270, OS_EVENTS_NONE, "cgroup" },
};

enum os_events
os_events(const char *path, const char **name)
{
	struct statfs fs;
	size_t i;

	*name = "";
	if (statfs(path, &fs) < 0)
		return OS_EVENTS_ALL;
	for (i = 0; i < sizeof systems / sizeof systems[0]; i++)
		if ((uint32_t)fs.f_type == systems[i].type) {
			*name = systems[i].name;
			return systems[i].events;
		}
	return OS_EVENTS_ALL;
}

int
os_mounts(void)
{
	return open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
}

/* proc(5): a blank, tab, newline or backslash is told as \\040 and such. */
static void
unescape(char *s)
{
	char *to;

	for (to = s; *s != '\0'; s++)
		if (s[0] == '\\' && s[1] >= '0' && s[1] <= '3' && s[2] >= '0' &&
		    s[2] <= '7' && s[3] >= '0' && s[3] <= '7') {
			*to++ = (char)((s[1] - '0') << 6 | (s[2] - '0') << 3 |
			    (s[3] - '0'));
			s += 3;
		} else
			*to++ = *s;
	*to = '\0';
}

/* proc(5): mount ID, parent ID, major:minor, root, mount point, and more */
static void
mount_line(char *line,
    void (*each)(void *arg, const char *path, uint64_t id, bool part),
    void *arg)
{
	char *field[5], *p;
	uint64_t id;
	size_t i;

	p = line;
	id = 14695981039346656037u; /* FNV-1a */
	for (i = 0; i < 5; i++) {
		field[i] = p;
		for (; *p != ' '; p++) {
			if (*p == '\0')
				return;
			id = (id ^ (unsigned char)*p) * 1099511628211u;
		}
		*p++ = '\0';
	}
	unescape(field[4]);
	each(arg, field[4], id, strcmp(field[3], "/") != 0);
}

/* A line may be longer than we keep: what we want of it comes first. */
int
os_mounts_each(int mounts,
    void (*each)(void *arg, const char *path, uint64_t id, bool part),
    void *arg)
{
	char text[MOUNTS_TEXT], *line, *end;
	bool rest;
	size_t len;
	ssize_t n;

	if (lseek(mounts, 0, SEEK_SET) < 0)
		return -1;
	rest = false;
	for (len = 0;;) {
		n = read(mounts, text + len, sizeof text - 1 - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return (int)n;
		len += (size_t)n;
		text[len] = '\0';
		for (line = text; (end = strchr(line, '\n')) != NULL;
		     line = end + 1) {
			*end = '\0';
			if (!rest)
				mount_line(line, each, arg);
			rest = false;
		}
		len -= (size_t)(line - text);
		memmove(text, line, len);
		if (len == sizeof text - 1) {
			text[len] = '\0';
			if (!rest)
				mount_line(text, each, arg);
			rest = true;
			len = 0;
		}
	}
}

#else
typedef int linux_is_not_used;
#endif
