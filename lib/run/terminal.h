/* terminal.h - the terminal, which commands get one at a time when they ask */
#ifndef TERMINAL_H
#define TERMINAL_H

#include "run/process.h"

/*
 * A command runs in the background of our terminal.  The kernel stops its group
 * when the group reads the terminal or sets its modes (SIGTTIN, SIGTTOU).  Then
 * the group gets the terminal (tcsetpgrp(3)) until the command ends or another
 * command asks.  Each group finds the modes that it left.
 */

/* The group was stopped because it wants the terminal: hand it over. */
void terminal_asked(struct process *p);

/* The command has ended: take the terminal back if the command has it. */
void terminal_leave(struct process *p);

/* Give the terminal to a command that waits for it, if no command has it. */
void terminal_hand_on(struct processes *all);

/*
 * Stop together with our whole job, as Ctrl-Z does, until we are continued.
 * That time counts for no limit or grace.
 */
void terminal_suspend(struct processes *all);

/* We were continued: continue the commands. */
void terminal_continue(struct processes *all);

#endif
