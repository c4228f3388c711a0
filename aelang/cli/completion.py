"""`aelang completion SHELL`: the script that lets a shell complete commands, options and names in the datastore."""

from aelang.cli.console import Console
from aelang.cli.options import HOW, Argument, Command, Given

COMMAND = Command(
    text="""Prints a script for SHELL. With it, Tab completes commands, options, and the names of domains, classes and
instances in the datastore that the line names (or that would be used without a name).""",
    arguments=(Argument("shell", "SHELL", choices=("bash", "zsh", "fish")),),
    options=HOW,
    examples=(
        ('eval "$(aelang completion bash)"', "in ~/.bashrc"),
        ('eval "$(aelang completion zsh)"', "in ~/.zshrc, behind compinit"),
        ("mkdir -p ~/.config/fish/completions", "once, with the next line"),
        ("aelang completion fish > ~/.config/fish/completions/aelang.fish", "what fish then reads"),
    ),
)

_BASH = r"""_aelang() {
    local IFS=$'\n' word
    local words=("${COMP_WORDS[@]:1:COMP_CWORD}")
    COMPREPLY=()
    for word in $("${COMP_WORDS[0]}" __complete "${words[@]}" 2>/dev/null); do
        case $word in
            :files) compopt -o filenames; COMPREPLY=($(compgen -f -- "$2")); return ;;
            :folders) compopt -o filenames; COMPREPLY=($(compgen -d -- "$2")); return ;;
            */) compopt -o nospace ;;
        esac
        COMPREPLY+=("$word")
    done
}
complete -F _aelang aelang
"""

_ZSH = r"""#compdef aelang
_aelang() {
    local -a found ended open
    local word
    found=("${(@f)$("${words[1]}" __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
    for word in $found; do
        case $word in
            :files) _files; return ;;
            :folders) _files -/; return ;;
            */) open+=("$word") ;;
            ?*) ended+=("$word") ;;
        esac
    done
    (( $#open )) && compadd -U -S '' -- $open
    (( $#ended )) && compadd -U -- $ended
}
if [ "$funcstack[1]" = "_aelang" ]; then
    _aelang "$@"
else
    compdef _aelang aelang
fi
"""

_FISH = r"""function __aelang_complete
    set -l words (commandline -opc) (commandline -ct)
    for word in (command $words[1] __complete $words[2..-1] 2>/dev/null)
        switch $word
            case ':files'
                __fish_complete_path (commandline -ct)
            case ':folders'
                __fish_complete_directories (commandline -ct)
            case '*'
                echo $word
        end
    end
end
complete -c aelang -f -a '(__aelang_complete)'
"""

_SCRIPTS = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}


def execute(given: Given) -> int:
    """Prints the script; 0."""
    Console(given).result(_SCRIPTS[given.text("shell") or ""].rstrip("\n"))
    return 0
