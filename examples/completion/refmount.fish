# Completion of refmount for fish: `refmount complete` knows what there is, see refmount(1).

function __refmount_complete
    set -l words (string replace -r '^~/' "$HOME/" -- (commandline -opc))
    set -l word (commandline -ct)
    set -l answer ($words[1] complete $words[2..] "$word" 2>/dev/null)
    test -n "$answer[1]"; or return
    set -l shell (string split \t -- $answer[1])
    printf '%s\n' $answer[2..]
    set -l rest (string sub -s (math 1 + (string length -- $shell[2])) -- $word)
    switch $shell[1]
        case files
            printf '%s\n' $shell[2](__fish_complete_path $rest)
        case folders
            printf '%s\n' $shell[2](__fish_complete_directories $rest '')
    end
end

complete -c refmount -f -a '(__refmount_complete)'
