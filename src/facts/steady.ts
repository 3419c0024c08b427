import { type Script, sh } from '../shell/index.ts';

/**
 * Text that prints a question's answer as it was given in one go. A question that lists things and then looks at each fails
 * where one is removed in between: it is asked again, unless it took too long (timeout(1), 124).
 */
export function steady(question: Script): Script {
  return sh`
    for try in 1 2 3; do
      answer=$(
        ${question}
      )
      code=$?
      case $code in 0 | 124) break ;; esac
      [ "$try" = 3 ] || sleep 1
    done
    [ "$code" = 0 ] || exit "$code"
    [ -z "$answer" ] || printf '%s\n' "$answer"`;
}
