/* child.h - processes that hold pidfiles, and what comes to them */
#ifndef CHILD_H
#define CHILD_H

#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "notify/pidfile.h"
#include "scratch.h"

/* For files that define _GNU_SOURCE, which has F_OFD_SETLK. */

/* What a child does before it waits to be killed; all of them catch USR1. */
enum role {
	BYSTANDER,
	HOLDER, /* claims "pid" */
	CHANGING_HOLDER, /* that, and USR2 makes USR1 deadly to it */
	READER, /* has a read lock on "pid" */
	OPEN_HOLDER, /* its lock belongs to the open file */
	VICTIM, /* claims "pid", but is a program that USR1 kills */
	PLAIN_VICTIM /* holds nothing, and is such a program */
};

/* A child, and the end of the pipe that tells what comes to it. */
struct child {
	pid_t pid;
	int news;
};

static int news_fd;

static inline void
on_signal(int signo)
{
	(void)signo;
	if (write(news_fd, "!", 1) != 1)
		_exit(9);
}

static inline void
on_change(int signo)
{
	(void)signo;
	signal(SIGUSR1, SIG_DFL);
	if (write(news_fd, "!", 1) != 1)
		_exit(9);
}

static inline void
lock(int type, int command)
{
	struct flock fl = { .l_type = (short)type, .l_whence = SEEK_SET };
	int fd;

	fd = open("pid", O_RDWR | O_CREAT, 0644);
	if (fd < 0 || fcntl(fd, command, &fl) < 0)
		_exit(8);
}

static inline void
take_role(enum role role)
{
	struct sigaction act = { .sa_handler = on_signal };
	struct pidfile p;

	if (role != VICTIM && role != PLAIN_VICTIM)
		sigaction(SIGUSR1, &act, NULL);
	act.sa_handler = on_change;
	if (role == CHANGING_HOLDER)
		sigaction(SIGUSR2, &act, NULL);
	if ((role == HOLDER || role == CHANGING_HOLDER || role == VICTIM) &&
	    pidfile_claim("pid", &p) != PIDFILE_OK)
		_exit(8);
	if (role == VICTIM)
		fcntl(p.fd, F_SETFD, 0); /* the lock outlives exec with it */
	if (role == VICTIM || role == PLAIN_VICTIM) {
		fcntl(news_fd, F_SETFD, FD_CLOEXEC);
		execlp("sleep", "sleep", "1000", (char *)NULL);
		_exit(6);
	}
	if (role == READER)
		lock(F_RDLCK, F_SETLK);
#ifdef F_OFD_SETLK
	if (role == OPEN_HOLDER)
		lock(F_WRLCK, F_OFD_SETLK);
#endif
}

/* a child that has taken its role; its pid is -1 if there is none */
static inline struct child
start(enum role role)
{
	struct child c;
	char byte;
	int ends[2];

	if (pipe(ends) < 0)
		return (struct child){ .pid = -1, .news = -1 };
	c = (struct child){ .pid = fork(), .news = ends[0] };
	if (c.pid == 0) {
		news_fd = ends[1];
		take_role(role);
		if (write(news_fd, ".", 1) != 1)
			_exit(7);
		for (;;)
			pause();
	}
	close(ends[1]);
	if (read(c.news, &byte, 1) < 0)
		c.pid = -1;
	fcntl(c.news, F_SETFL, O_NONBLOCK);
	return c;
}

static inline void
end(struct child c)
{
	kill(c.pid, SIGKILL);
	waitpid(c.pid, NULL, 0);
	close(c.news);
}

/* has the signal come to it? */
static inline int
rung(struct child c)
{
	ssize_t n;
	char byte;

	until((n = read(c.news, &byte, 1)) == 1);
	return n == 1;
}

/* has nothing come, though it is alive and would have told? */
static inline int
spared(struct child c)
{
	kill(c.pid, SIGUSR1);
	return rung(c) && read(c.news, &(char){ 0 }, 1) < 0;
}

/* as who rings once does */
static inline enum pidfile_result
ring_by(const char *path, int signo, bool deadly)
{
	struct pidfile_holder h = { 0 };
	enum pidfile_result result;

	result = pidfile_find(&h, path, signo, deadly);
	if (result != PIDFILE_OK)
		return result;
	result = pidfile_signal(&h, signo);
	pidfile_close(&h);
	pidfile_forget(&h);
	return result;
}

/* with a signal that the user did not name */
static inline enum pidfile_result
ring(const char *path)
{
	return ring_by(path, SIGUSR1, false);
}

/* a pidfile as another program writes it, without a lock */
static inline void
put_number(pid_t pid)
{
	char text[40];

	snprintf(text, sizeof text, "%ld\n", (long)pid);
	scratch_put("pid", text);
}

static inline int
is_there(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

/* the status of a child that runs this: 99 if it returns, 100 if killed */
static inline int
apart(void (*run)(void))
{
	pid_t pid;
	int status;

	pid = fork();
	if (pid == 0) {
		run();
		_exit(99);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 100;
}

#endif
