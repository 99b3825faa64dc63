#compdef rlx
# zsh completion for rlx

local -a look run
local state
look=(
  '--color[use colour]:when:(auto always never)'
  '--plain[no colour, no cursor movement, no box characters]'
  '--format[write what is shown as]:form:(text json)'
  '(-h --help)'{-h,--help}'[show help]'
)
run=(
  '(-q --quiet)'{-q,--quiet}'[show no values of expression statements]'
  '--seed[start from this seed]:seed:'
  '--threads[use this many threads]:number:'
  '--max-steps[end after this many calls and loop turns]:number:'
  '--no-config[read no configuration]'
  '--no-journal[keep no journal and no history]'
  '--version[show the version]'
  $look
)

# The command, if one stands first among the words that are no options.
local command word skip
for word in ${words[2,CURRENT-1]}; do
  if [[ -n $skip ]]; then skip=; continue; fi
  case $word in
    --seed|--threads|--max-steps|--color|--format|--record|--root|--rtol) skip=1 ;;
    -?*) ;;
    replay|check|fmt) command=$word; break ;;
    *) break ;;
  esac
done

case $command in
  replay) _arguments $run '--root[look for inputs below this folder, too]:folder:_files -/' \
    '--rtol[let floats differ by this much of them]:number:' \
    ':command:(replay)' ':session file:_files -g "*.rlx"' ;;
  check) _arguments $look ':command:(check)' '*:script:_files -g "*.rlx"' ;;
  fmt) _arguments $look '--check[change nothing: name what is not in standard form]' \
    ':command:(fmt)' '*:script:_files -g "*.rlx"' ;;
  *) _arguments $run \
    '--record[write a session file]:file:_files' \
    '--portable[keep what replay --rtol compares]' \
    '(1)-c[run this text]:code:' \
    '1:script or command:->first' \
    '*::argument:_files' ;;
esac

if [[ $state == first ]]; then
  local -a commands
  commands=(
    'replay:run a session file again and compare'
    'check:find the errors of scripts without running them'
    'fmt:give scripts their standard form'
  )
  _describe -t commands command commands
  _files -g '*.rlx'
fi
