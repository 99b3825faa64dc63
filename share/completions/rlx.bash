# bash completion for rlx
_rlx() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
  local look="--color --plain --format --help"
  local run="--quiet --seed --threads --max-steps --no-config --no-journal --version $look"
  local command='' file='' word skip=''
  COMPREPLY=()

  # What stands before the cursor: the command, if any, and whether FILE is already there.
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [[ -n $skip ]]; then
      skip=''
      continue
    fi
    case $word in
    --seed | --threads | --max-steps | --color | --format | --record | --root | --rtol) skip=1 ;;
    -c) file=1 skip=1 ;;
    -?*) ;;
    replay | check | fmt) if [[ -z $command$file ]]; then command=$word; else file=1; fi ;;
    *) file=1 ;;
    esac
  done

  case $prev in
  --format)
    COMPREPLY=($(compgen -W "text json" -- "$cur"))
    return
    ;;
  --color)
    COMPREPLY=($(compgen -W "auto always never" -- "$cur"))
    return
    ;;
  --record)
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -f -- "$cur"))
    return
    ;;
  --root)
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -d -- "$cur"))
    return
    ;;
  --seed | --threads | --max-steps | --rtol | -c) return ;;
  esac

  if [[ $cur == -* && ( -z $file || -n $command ) ]]; then
    case $command in
    replay) word="$run --root --rtol" ;;
    check) word=$look ;;
    fmt) word="--check $look" ;;
    *) word="$run --record --portable -c" ;;
    esac
    COMPREPLY=($(compgen -W "$word" -- "$cur"))
    return
  fi

  compopt -o filenames 2>/dev/null
  local IFS=$'\n'
  if [[ -n $file && -z $command ]]; then
    COMPREPLY=($(compgen -f -- "$cur")) # the arguments of the script may be anything
  else
    COMPREPLY=($(compgen -f -X '!*.rlx' -- "$cur") $(compgen -d -- "$cur"))
    [[ -n $command$file ]] || COMPREPLY+=($(compgen -W $'replay\ncheck\nfmt' -- "$cur"))
  fi
}
complete -F _rlx rlx
