#include "ceditline.h"

#include <stdio.h>

EditLine *rlx_edit_open(const char *program) {
  EditLine *editor = el_init(program, stdin, stdout, stderr);
  if (editor) {
    el_wset(editor, EL_SIGNAL, 0);
    el_wset(editor, EL_EDITOR, L"emacs");
  }
  return editor;
}

void rlx_edit_set_context(EditLine *editor, void *context) {
  el_wset(editor, EL_CLIENTDATA, context);
}

void *rlx_edit_context(EditLine *editor) {
  void *context = NULL;
  el_wget(editor, EL_CLIENTDATA, &context);
  return context;
}

void rlx_edit_set_reader(EditLine *editor, el_rfunc_t reader) {
  el_wset(editor, EL_GETCFN, reader);
}

void rlx_edit_set_prompt(EditLine *editor, rlx_edit_prompt prompt) {
  el_wset(editor, EL_PROMPT, prompt);
}

void rlx_edit_set_history(EditLine *editor, HistoryW *history) {
  el_wset(editor, EL_HIST, history_w, history);
}

void rlx_edit_refresh(EditLine *editor) {
  el_wset(editor, EL_REFRESH);
}

void rlx_edit_prepare_terminal(EditLine *editor) {
  el_wset(editor, EL_PREP_TERM, 0);
  el_wset(editor, EL_PREP_TERM, 1);
}

void rlx_edit_read_interrupts(EditLine *editor) {
  el_wset(editor, EL_SETTY, L"-d", L"intr=", NULL);
}

void rlx_edit_add_commands(
    EditLine *editor, rlx_edit_key enter, rlx_edit_key newline, rlx_edit_key up, rlx_edit_key down,
    rlx_edit_key paste, rlx_edit_key complete, rlx_edit_key undo) {
  // libedit keeps the pointers to names and help texts, so they must be constants.
  el_wset(editor, EL_ADDFN, L"rlx-enter", L"Run if complete, else start a new row", enter);
  el_wset(editor, EL_ADDFN, L"rlx-newline", L"Start a new row", newline);
  el_wset(editor, EL_ADDFN, L"rlx-up", L"Up a row, or back in history", up);
  el_wset(editor, EL_ADDFN, L"rlx-down", L"Down a row, or forward in history", down);
  el_wset(editor, EL_ADDFN, L"rlx-paste", L"Take a bracketed paste", paste);
  el_wset(editor, EL_ADDFN, L"rlx-complete", L"Complete, or indent", complete);
  el_wset(editor, EL_ADDFN, L"rlx-undo", L"Take back an edit", undo);
}

void rlx_edit_bind(EditLine *editor, const wchar_t *key, const wchar_t *command) {
  el_wset(editor, EL_BIND, key, command, NULL);
}

HistoryW *rlx_history_open(int capacity) {
  HistoryW *history = history_winit();
  HistEventW event;
  if (history) {
    history_w(history, &event, H_SETSIZE, capacity);
    history_w(history, &event, H_SETUNIQUE, 1);
  }
  return history;
}

void rlx_history_add(HistoryW *history, const wchar_t *text) {
  HistEventW event;
  history_w(history, &event, H_ENTER, text);
}
