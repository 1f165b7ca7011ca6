/* child.h - processes that hold pidfiles and report the signals they get */
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

/*
 * What a child does before it waits to be killed.  All of them report USR1 but
 * VICTIM, which dies of it.
 */
enum role {
	BYSTANDER,
	HOLDER, /* claims "pid" */
	READER, /* holds a read lock on "pid" */
	OPEN_HOLDER, /* its lock belongs to the open file */
	WAITER, /* blocks USR1 and takes it by sigwait(3) */
	VICTIM /* leaves USR1 at its default */
};

/* A child, and the read end of the pipe into which it reports. */
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

	if (role == VICTIM)
		signal(SIGUSR1, SIG_DFL);
	else if (role != WAITER)
		sigaction(SIGUSR1, &act, NULL);
	if (role == HOLDER && pidfile_claim("pid", &p) != PIDFILE_OK)
		_exit(8);
	if (role == READER)
		lock(F_RDLCK, F_SETLK);
#ifdef F_OFD_SETLK
	if (role == OPEN_HOLDER)
		lock(F_WRLCK, F_OFD_SETLK);
#endif
}

/* While sigwait(3) waits, the kernel shows the signal as not blocked. */
static inline void
wait_for_signals(void)
{
	sigset_t set;
	int signo;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (write(news_fd, ".", 1) != 1)
		_exit(7);
	while (sigwait(&set, &signo) == 0)
		on_signal(signo);
	_exit(6);
}

/* Start a child; it has taken its role when this returns.  Pid -1: failed. */
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
		if (role == WAITER)
			wait_for_signals();
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

/* Wait for the next signal; return whether one came. */
static inline int
rung(struct child c)
{
	ssize_t n;
	char byte;

	until((n = read(c.news, &byte, 1)) == 1);
	return n == 1;
}

/* Return whether no signal has come; one sent here proves the child alive. */
static inline int
spared(struct child c)
{
	kill(c.pid, SIGUSR1);
	return rung(c) && read(c.news, &(char){ 0 }, 1) < 0;
}

/* Signal the process of a pidfile with USR1. */
static inline enum pidfile_result
ring(const char *path)
{
	return pidfile_signal(path, SIGUSR1);
}

/* Write the pidfile as other programs do, without a lock. */
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

/* The exit status of a child that runs this: 99 if it returns, 100 if killed. */
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
