# Interactive shells of the workbench: prompt, history, completion.
case $- in *i*) ;; *) return ;; esac
[ -n "${WORKBENCH_SHELL-}" ] && return
WORKBENCH_SHELL=1

HISTCONTROL=ignoreboth
HISTSIZE=5000
HISTFILESIZE=10000
shopt -s histappend checkwinsize globstar
# Each command is kept at once: a terminal in a browser may end at any time.
PROMPT_COMMAND='workbench_prompt'

# Path, branch of git and, in red, the code of a command that failed. PS1 names variables
# and does not hold their values, which bash would run where they look like commands.
workbench_prompt() {
  local code=$?
  history -a
  workbench_failed=''
  [ "$code" -ne 0 ] && workbench_failed="$code "
  workbench_branch=$(git symbolic-ref --quiet --short HEAD 2>/dev/null)
  workbench_branch=${workbench_branch:+ $workbench_branch}
}
PS1='\[\e[32m\]lab\[\e[0m\] \[\e[34m\]\w\[\e[35m\]${workbench_branch}\[\e[0m\] \[\e[31m\]${workbench_failed}\[\e[0m\]\$ '

alias k=kubectl
alias ll='ls -l'
alias la='ls -la'
alias ls='ls --color=auto'
alias ..='cd ..'

# Words with : and = stay whole, so that completion needs no helpers for them.
COMP_WORDBREAKS=${COMP_WORDBREAKS//[:=]/}
_get_comp_words_by_ref() {
  cur=${COMP_WORDS[COMP_CWORD]}
  prev=${COMP_WORDS[COMP_CWORD - 1]}
  words=("${COMP_WORDS[@]}")
  cword=$COMP_CWORD
}
__ltrim_colon_completions() { :; }

# A program's own completion is asked for at the first Tab, not at each start of a shell.
_workbench_complete() {
  local program=$1
  [ "$program" = k ] && program=kubectl
  # shellcheck disable=SC1090
  . <("$program" completion bash 2>/dev/null) || return 1
  [ "$program" = kubectl ] && complete -o default -F __start_kubectl k
  return 124
}
complete -F _workbench_complete kubectl k helm labbox

_workbench_git() {
  local cur=${COMP_WORDS[COMP_CWORD]}
  if [ "$COMP_CWORD" -eq 1 ]; then
    mapfile -t COMPREPLY < <(compgen -W 'add branch checkout clone commit diff fetch init log merge pull push rebase remote reset restore revert rm show stash status switch tag' -- "$cur")
  else
    mapfile -t COMPREPLY < <(compgen -W "$(git for-each-ref --format='%(refname:short)' 2>/dev/null)" -- "$cur")
  fi
}
complete -o default -o bashdefault -F _workbench_git git
