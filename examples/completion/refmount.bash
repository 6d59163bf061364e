# Completion of refmount for bash: `refmount complete` knows what there is, see refmount(1).
# shellcheck shell=bash

# What `=` and `:` separate bash completes piece by piece: only the last piece of a word is replied.
_refmount() {
	local IFS=$' \t\n' line=${COMP_LINE:0:COMP_POINT} word rest shell kept cut
	local -a words answer
	# shellcheck disable=SC2162  # backslashes quote here as they do on the command line
	read -a words <<<"$line"
	[[ $line == *[[:space:]] && $line != *'\ ' ]] && words+=('')
	word=${words[-1]}
	# shellcheck disable=SC2088  # the shell has not expanded what was typed
	words=("${words[@]/#'~/'/"$HOME/"}")
	mapfile -t answer < <("${words[0]}" complete "${words[@]:1:${#words[@]}-2}" "$word" 2>/dev/null)
	((${#answer[@]})) || return

	IFS=$'\t' read -r shell kept <<<"${answer[0]}"
	rest=${COMP_WORDBREAKS//[^=:]/}
	cut=
	[[ $rest && $word == *["$rest"]* ]] && cut=${word%"${word##*["$rest"]}"}
	COMPREPLY=()
	for line in "${answer[@]:1}"; do
		line=${line%%$'\t'*}
		line=${line#"$cut"}
		[[ $shell == none && $line == *[^[:alnum:]/._=:,@#%+-]* ]] && printf -v line %q "$line"
		COMPREPLY+=("$line")
	done
	case $shell in
	none)
		[[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *[=/] ]] && compopt -o nospace
		return
		;;
	files) mapfile -t answer < <(compgen -f -- "${word#"$kept"}") ;;
	folders) mapfile -t answer < <(compgen -d -- "${word#"$kept"}") ;;
	esac
	for line in "${answer[@]}"; do
		line=$kept$line
		COMPREPLY+=("${line#"$cut"}")
	done
	compopt -o filenames
}
complete -F _refmount refmount
