#define _XOPEN_SOURCE 700
/* sandbox.c - tests of how the process gives up what it does not need */
#include <sys/socket.h>
#include <sys/wait.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>

#include "../scratch.h"
#include "../test.h"
#include "os/sandbox.h"

/* Pipes between a child in the sandbox and its parent, which rebuilds the
 * site. */
static int ask[2], answer[2];
static char top[200]; /* the scratch directory, without links */
static int version;

/* ---- the plan ---- */

/* Return whether path is top and this. */
static bool
is(const char *path, const char *want)
{
	size_t n;

	n = strlen(top);
	return strncmp(path, top, n) == 0 && strcmp(path + n, want) == 0;
}

static bool
plans(const char *root, const char *by_name, const char *by_place)
{
	struct sandbox s;

	sandbox_plan(&s, root, "run/pid");
	return is(s.read[0], by_name) &&
	    (by_place == NULL ? s.read[1][0] == '\0' : is(s.read[1], by_place));
}

static void
test_plan(void)
{
	struct sandbox s;
	char path[300];

	ok(plans("site", "/project", NULL) &&
		plans("site/", "/project", NULL) &&
		plans("./site/.", "/project", NULL),
	    "the root's parent can be read: the root may be created again");
	ok(plans("site/deep/html", "/project", NULL),
	    "a path into the working directory may all be created again");
	ok(plans(".", "/project", NULL) && plans("./", "/project", NULL),
	    "the working directory allows only itself");
	ok(plans("../else/site", "/project/../else", "/else"),
	    "a path out of the working directory allows the parent");
	snprintf(path, sizeof path, "%s/project/site/deep/html", top);
	ok(plans(path, "/project/site/deep", NULL),
	    "an absolute path allows the parent");
	ok(plans("missing", "/project", NULL) &&
		plans("../missing/site", "/project/..", NULL),
	    "a missing root allows the directory where it may appear");
	ok(plans("link", "/project", "/else"),
	    "a link allows its parent and that of its target");
	sandbox_plan(&s, NULL, "pid");
	ok(s.read[0][0] == '\0' && s.read[1][0] == '\0' &&
		is(s.write, "/project"),
	    "without a root no files can be read");
	sandbox_plan(&s, "/", "/pid");
	ok(strcmp(s.read[0], "/") == 0 && strcmp(s.write, "/") == 0,
	    "the top of all directories can be the root");
	sandbox_plan(&s, "/usr", "/pid");
	ok(strcmp(s.read[0], "/usr") == 0 && s.read[1][0] == '\0',
	    "a directory directly beneath / allows only itself");
	sandbox_plan(&s, "/not-there/site", "/pid");
	ok(strcmp(s.read[0], "/not-there/site") == 0 && s.read[1][0] == '\0',
	    "a missing path does not allow all files");
	if (chdir("/") == 0) {
		sandbox_plan(&s, "usr", "/tmp/pid");
		ok(strcmp(s.read[0], "/usr") == 0 && s.read[1][0] == '\0',
		    "so does such a directory if / is the working directory");
	}
	ok(chdir(top) == 0 && chdir("project") == 0, "back in the project");
	sandbox_plan(&s, "..", "run/pid");
	ok(s.read[0][0] == '\0' && is(s.write, "/project/run"),
	    "a root that is .. has no name that could be created again");
}

/* ---- inside the sandbox ---- */

static bool
opens(const char *path, int flags)
{
	int fd;

	fd = open(path, flags | O_NOCTTY | O_CLOEXEC, 0644);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool
refused(const char *path, int flags)
{
	return !opens(path, flags) && errno == EACCES;
}

static bool
lists(const char *path)
{
	DIR *dir;

	dir = opendir(path);
	if (dir != NULL)
		closedir(dir);
	return dir != NULL;
}

static void
test_files(void)
{
	ok(opens("site/x", O_RDONLY) && lists("site") &&
		opens("other", O_RDONLY),
	    "files of the root and beside it can be read");
	ok(refused("../outside", O_RDONLY) &&
		refused("/etc/passwd", O_RDONLY) && !lists("..") &&
		errno == EACCES && refused("link/x", O_RDONLY),
	    "other files cannot be read");
	ok(refused("site/x", O_WRONLY) &&
		refused("site/new", O_WRONLY | O_CREAT) &&
		unlink("site/x") < 0 && errno == EACCES &&
		mkdir("site/dir", 0755) < 0 && errno == EACCES,
	    "files of the root cannot be written, created or removed");
	ok(opens("run/new", O_RDWR | O_CREAT) && opens("run/new", O_RDONLY) &&
		opens("run/new", O_WRONLY | O_TRUNC) && unlink("run/new") == 0,
	    "files beside the pidfile can be written, created and removed");
	ok(mkdir("run/dir", 0755) < 0 && errno == EACCES &&
		symlink("x", "run/link") < 0 && errno == EACCES,
	    "directories and links cannot be created there");
	ok(opens("/dev/tty", O_RDONLY) || errno != EACCES,
	    "/dev/tty can be opened");
	execl("/bin/true", "true", (char *)NULL);
	ok(errno == EACCES, "programs cannot be run");
}

/* The parent, which is outside, removes the site and creates it again. */
static void
test_again(void)
{
	char byte;

	if (write(ask[1], "!", 1) != 1 || read(answer[0], &byte, 1) != 1)
		_exit(2);
	ok(opens("site/again", O_RDONLY) && !opens("site/x", O_RDONLY),
	    "a root that was created again can be read");
}

static void
test_sockets(const struct sockaddr_in *there)
{
	struct sockaddr_in any = { .sin_family = AF_INET };
	int fd;

	fd = socket(AF_INET, SOCK_STREAM, 0);
	any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ok(bind(fd, (struct sockaddr *)&any, sizeof any) < 0 && errno == EACCES,
	    "a new socket cannot listen");
	ok(connect(fd, (const struct sockaddr *)there, sizeof *there) < 0 &&
		errno == EACCES,
	    "a new socket cannot connect");
	close(fd);
}

static void
in_sandbox(const struct sandbox *s, const struct sockaddr_in *there)
{
	char how[SANDBOX_HOW];

	ok(sandbox_enter(s, how) == 0 && strncmp(how, "landlock ", 9) == 0,
	    "the sandbox has a name and a version");
	test_files();
	if (version >= 4)
		test_sockets(there);
	if (version >= 6)
		ok(kill(getppid(), 0) < 0 && errno == EPERM &&
			kill(getpid(), 0) == 0,
		    "other processes cannot be signalled");
	test_again();
	_exit(test_end());
}

/* Create a socket that listens, and get its address. */
static int
listener(struct sockaddr_in *there)
{
	socklen_t n;
	int fd;

	*there = (struct sockaddr_in){ .sin_family = AF_INET };
	there->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	n = sizeof *there;
	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(fd, (struct sockaddr *)there, n) < 0 || listen(fd, 1) < 0 ||
	    getsockname(fd, (struct sockaddr *)there, &n) < 0)
		exit(2);
	return fd;
}

static int
status_of(pid_t pid)
{
	int status;

	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
test_sandbox(void)
{
	struct sockaddr_in there;
	struct sandbox s;
	pid_t pid;
	char byte;
	int fd;

	fd = listener(&there);
	sandbox_plan(&s, "site", "run/pid");
	if (pipe(ask) < 0 || pipe(answer) < 0)
		exit(2);
	pid = fork();
	if (pid == 0) {
		test_failed = 0;
		in_sandbox(&s, &there);
	}
	close(ask[1]);
	if (read(ask[0], &byte, 1) == 1) {
		scratch_sh("rm -rf site && mkdir site && echo new >site/again");
		if (write(answer[1], "!", 1) != 1)
			exit(2);
	}
	ok(status_of(pid) == 0, "all of that holds in the sandbox");
	close(fd);
}

/* Older kernels know less; this one stands in for them. */
static void
test_versions(void)
{
	struct sandbox s;
	pid_t pid;
	int i;

	sandbox_plan(&s, "else", "run/pid");
	for (i = 1; i <= version; i++) {
		pid = fork();
		if (pid == 0)
			_exit(sandbox_restrict(&s, i) == 0 &&
				    opens("other", O_RDONLY) &&
				    opens("run/new", O_RDWR | O_CREAT) &&
				    unlink("run/new") == 0 &&
				    refused("../outside", O_RDONLY)
				? 0
				: 1);
		if (status_of(pid) != 0)
			break;
	}
	ok(i == version + 1, "every older version works, too");
}

static void
test_dot(void)
{
	struct sandbox s;
	pid_t pid;

	sandbox_plan(&s, ".", "run/pid");
	pid = fork();
	if (pid == 0)
		_exit(sandbox_restrict(&s, version) == 0 &&
			    opens("site/x", O_RDONLY) &&
			    refused("../outside", O_RDONLY)
			? 0
			: 1);
	ok(status_of(pid) == 0,
	    "with . as the root, files outside of it cannot be read");
}

static void
without(void)
{
	struct sandbox s;
	char how[SANDBOX_HOW];

	sandbox_plan(&s, "site", "run/pid");
	ok(sandbox_enter(&s, how) == -1 && strncmp(how, "none: ", 6) == 0 &&
		opens("../outside", O_RDONLY),
	    "without a sandbox, everything stays allowed");
	printf("skip 'what holds in it' (%s)\n", how);
}

int
main(void)
{
	scratch_begin();
	if (getcwd(top, sizeof top) == NULL)
		return 2;
	scratch_sh(
	    "mkdir -p project/site/deep/html project/run else/site && "
	    "echo x >outside && echo x >project/other && "
	    "echo x >project/site/x && ln -s ../else/site project/link && "
	    "echo x >else/site/x");
	if (chdir("project") < 0)
		return 2;
	test_plan();
	version = sandbox_newest();
	if (version > 0) {
		test_dot();
		test_versions();
		test_sandbox();
	} else
		without();
	scratch_end();
	return test_end();
}
