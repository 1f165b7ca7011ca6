/* fault.h - what fault.c and those who use it share: see there */
#ifndef FAULT_H
#define FAULT_H

/*
 * The functions that can be made to fail, and the two likeliest reasons for
 * that; 0: there is one only.
 */
#define FAULT_LIST(F) \
	F(accept, EMFILE, ECONNABORTED) \
	F(access, ENOENT, EACCES) \
	F(bind, EADDRINUSE, 0) \
	F(calloc, ENOMEM, 0) \
	F(chdir, ENOENT, 0) \
	F(close, EIO, EINTR) \
	F(closedir, EIO, 0) \
	F(dup, EMFILE, 0) \
	F(dup2, EINTR, 0) \
	F(execvp, ENOMEM, ENOENT) \
	F(faccessat, ENOENT, EACCES) \
	F(fclose, EIO, 0) \
	F(fcntl, ENOLCK, 0) \
	F(fdopendir, ENOMEM, 0) \
	F(fflush, EIO, 0) \
	F(fopen, EMFILE, ENOENT) \
	F(fork, EAGAIN, 0) \
	F(fstat, EIO, 0) \
	F(fstatat, EIO, 0) \
	F(fstatfs, EIO, 0) \
	F(ftruncate, EIO, 0) \
	F(futimens, EPERM, 0) \
	F(getcwd, ENOENT, 0) \
	F(getpgid, ESRCH, 0) \
	F(getsockname, ENOBUFS, 0) \
	F(inotify_add_watch, ENOSPC, ENOMEM) \
	F(inotify_init1, EMFILE, ENOSYS) \
	F(inotify_rm_watch, EINVAL, 0) \
	F(kill, EPERM, ESRCH) \
	F(listen, EADDRINUSE, 0) \
	F(lseek, ESPIPE, 0) \
	F(lstat, EIO, 0) \
	F(malloc, ENOMEM, 0) \
	F(open, EMFILE, EIO) \
	F(openat, EMFILE, EIO) \
	F(opendir, EMFILE, ENOMEM) \
	F(pipe, EMFILE, 0) \
	F(poll, EINTR, ENOMEM) \
	F(prctl, EINVAL, 0) \
	F(pread, EIO, 0) \
	F(pwrite, EIO, 0) \
	F(read, EINTR, EIO) \
	F(readdir, EIO, 0) \
	F(readlink, EIO, 0) \
	F(readlinkat, EIO, 0) \
	F(realloc, ENOMEM, 0) \
	F(realpath, ENOMEM, EIO) \
	F(scandir, EMFILE, EIO) \
	F(setenv, ENOMEM, 0) \
	F(setpgid, EACCES, ESRCH) \
	F(setsockopt, EINVAL, 0) \
	F(shutdown, ENOTCONN, 0) \
	F(socket, EMFILE, EAFNOSUPPORT) \
	F(stat, EIO, 0) \
	F(statfs, EIO, 0) \
	F(strdup, ENOMEM, 0) \
	F(strndup, ENOMEM, 0) \
	F(syscall, ENOSYS, EMFILE) \
	F(tcgetattr, EIO, 0) \
	F(tcgetpgrp, ENOTTY, 0) \
	F(tcsetattr, EIO, 0) \
	F(tcsetpgrp, EPERM, 0) \
	F(unlink, EACCES, 0) \
	F(unsetenv, EINVAL, 0) \
	F(utimensat, EPERM, 0) \
	F(waitpid, EINTR, 0) \
	F(write, EAGAIN, EIO)

#define FAULT_ID(name, first, second) FAULT_##name,
enum fault_function { FAULT_LIST(FAULT_ID) FAULT_FUNCTIONS };

enum { FAULT_BUSY = -2 /* a time to wait that nobody gives to poll(2) */ };

/* What the file FAULT_TABLE holds, while the program runs and after. */
struct fault_table {
	unsigned calls[FAULT_FUNCTIONS];
	unsigned all; /* calls of any of them */
	unsigned hits; /* that were made to fail */
	unsigned polls; /* that have returned */
	int timeout; /* of the poll that it is in, FAULT_BUSY where it isn't */
};

#endif
