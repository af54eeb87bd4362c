import type { Shell } from './shells.ts';

// bash breaks words at = and :, and leaves quotes in them. They are put together again as they were typed; of what comes back
// only what stands behind the last break may be inserted.
const bash = `# Completion of orch for bash: eval "$(orch completion bash)"
_orch() {
  local -a words=()
  local rest=$COMP_LINE word trimmed i
  for ((i = 0; i <= COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    trimmed=\${rest#"\${rest%%[![:blank:]]*}"}
    if ((i > 1)) && [[ $trimmed == "$rest" ]]; then
      words[\${#words[@]}-1]+=$word
    else
      words+=("$word")
    fi
    rest=\${trimmed:\${#word}}
  done
  local current=\${words[\${#words[@]}-1]} last=\${COMP_WORDS[COMP_CWORD]}
  [[ $last == [=:] ]] && last=
  local before=\${current%"$last"} line text
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      compopt -o default
      return
    fi
    text=\${line%%$'\\t'*}
    text=\${text#"$before"}
    [[ $text == */ || $text == *= ]] && compopt -o nospace
    case $last in
      \\"*) text=\${text//\\\\/\\\\\\\\}; text=\${text//\\"/\\\\\\"}; text=\${text//\\$/\\\\$}; text=\${text//\\\`/\\\\\\\`} ;;
      \\'*) [[ $text == *\\'* ]] && continue ;;
      *) printf -v text %q "$text" ;;
    esac
    COMPREPLY+=("$text")
  done < <(orch __complete "\${words[@]:1}" 2>/dev/null)
}
complete -F _orch orch
`;

const zsh = `#compdef orch
# Completion of orch for zsh: put it as _orch into a folder of $fpath, or source <(orch completion zsh) after compinit.
_orch() {
  local -a lines texts shown folders
  local line text about
  lines=("\${(@f)$(orch __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  for line in $lines; do
    if [[ $line == :files ]]; then
      _files
      return
    fi
    text=\${line%%$'\\t'*}
    about=\${line#*$'\\t'}
    if [[ $text == */ || $text == *= ]]; then
      folders+=("$text")
      continue
    fi
    texts+=("$text")
    shown+=("$text\${about:+  -- $about}")
  done
  (( $#texts )) && compadd -l -d shown -- "\${(@)texts}"
  (( $#folders )) && compadd -S '' -- "\${(@)folders}"
  return $(( $#texts + $#folders == 0 ))
}
if [[ $funcstack[1] == _orch ]]; then
  _orch "$@"
else
  compdef _orch orch
fi
`;

/** What a shell runs to complete the words of `orch`. It asks orch, which knows its own commands and runs. */
export const scripts: Readonly<Record<Shell, string>> = { bash, zsh };
