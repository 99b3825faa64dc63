// libedit's wide interface, without what Swift cannot call: variadic functions and stdio's globals.
#pragma once
#include <histedit.h>
#include "csignals.h"

// A key's function: gets the key, returns a CC_ code of histedit.h.
typedef unsigned char (*rlx_edit_key)(EditLine *, wint_t);
typedef wchar_t *(*rlx_edit_prompt)(EditLine *);

// An editor on the process's own standard input and output in emacs mode, without signal handlers
// (libedit's own would send each signal on to the whole process group). NULL if it cannot be had.
// Only one may exist at a time.
EditLine *rlx_edit_open(const char *program);

void rlx_edit_set_context(EditLine *, void *);
void *rlx_edit_context(EditLine *);
void rlx_edit_set_reader(EditLine *, el_rfunc_t);
void rlx_edit_set_prompt(EditLine *, rlx_edit_prompt);
void rlx_edit_set_history(EditLine *, HistoryW *);
void rlx_edit_refresh(EditLine *);
// Takes the terminal back after something else, such as a stop and a continue, has changed it.
void rlx_edit_prepare_terminal(EditLine *);

// While a line is read, Ctrl-C is a key like any other and no signal: its place among the keys is kept,
// and the terminal throws nothing away.
void rlx_edit_read_interrupts(EditLine *);

// Names the shell's own commands "rlx-enter", "rlx-newline", "rlx-up", "rlx-down", "rlx-paste",
// "rlx-complete" and "rlx-undo".
void rlx_edit_add_commands(
    EditLine *, rlx_edit_key enter, rlx_edit_key newline, rlx_edit_key up, rlx_edit_key down,
    rlx_edit_key paste, rlx_edit_key complete, rlx_edit_key undo);
// `key` in the spelling of editrc(5); `command` must be known, libedit does not check.
void rlx_edit_bind(EditLine *, const wchar_t *key, const wchar_t *command);

HistoryW *rlx_history_open(int capacity);
void rlx_history_add(HistoryW *, const wchar_t *text);
