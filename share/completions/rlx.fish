# fish completion for rlx

# Whether the command line has no FILE and no command yet.
function __rlx_first
    set -l words (commandline -opc)
    set -l skip
    for word in $words[2..]
        if set -q skip[1]
            set -e skip
            continue
        end
        switch $word
            case --seed --threads --max-steps --color --format --record --root --rtol -c
                set skip 1
            case '-?*'
            case '*'
                return 1
        end
    end
    return 0
end

# Whether the first word that is no option is one of these.
function __rlx_command
    set -l words (commandline -opc)
    for word in $words[2..]
        if not string match -q -- '-*' $word
            contains -- $word $argv
            return
        end
    end
    return 1
end

complete -c rlx -n __rlx_first -f -a '(__fish_complete_suffix .rlx)'
complete -c rlx -n __rlx_first -f -a replay -d 'run a session file again and compare'
complete -c rlx -n __rlx_first -f -a check -d 'find the errors of scripts without running them'
complete -c rlx -n __rlx_first -f -a fmt -d 'give scripts their standard form'
complete -c rlx -n '__rlx_command replay check fmt' -f -a '(__fish_complete_suffix .rlx)'

for condition in __rlx_first '__rlx_command replay'
    complete -c rlx -n $condition -s q -l quiet -d 'show no values of expression statements'
    complete -c rlx -n $condition -l seed -x -d 'start from this seed'
    complete -c rlx -n $condition -l threads -x -d 'use this many threads'
    complete -c rlx -n $condition -l max-steps -x -d 'end after this many calls and loop turns'
    complete -c rlx -n $condition -l no-config -d 'read no configuration'
    complete -c rlx -n $condition -l no-journal -d 'keep no journal and no history'
    complete -c rlx -n $condition -l version -d 'show the version'
end
for condition in __rlx_first '__rlx_command replay check fmt'
    complete -c rlx -n $condition -l color -x -a 'auto always never' -d 'use colour'
    complete -c rlx -n $condition -l plain -d 'no colour, no cursor movement, no box characters'
    complete -c rlx -n $condition -l format -x -a 'text json' -d 'write what is shown as'
    complete -c rlx -n $condition -s h -l help -d 'show help'
end
complete -c rlx -n __rlx_first -s c -x -d 'run this text'
complete -c rlx -n __rlx_first -l record -r -d 'write a session file'
complete -c rlx -n __rlx_first -l portable -d 'with --record: keep what replay --rtol compares'
complete -c rlx -n '__rlx_command replay' -l rtol -x -d 'let floats differ by this much of them'
complete -c rlx -n '__rlx_command replay' -l root -x -a '(__fish_complete_directories)' -d 'look for inputs below this folder, too'
complete -c rlx -n '__rlx_command fmt' -l check -d 'change nothing: name what is not in standard form'
