import { type Script, sh } from '../shell/index.ts';

/**
 * Text that prints a question's answer as it was given in one go. A question that lists things and then looks at each fails
 * where one is removed in between: it is asked again.
 */
export function steady(question: Script): Script {
  return sh`
    answered=
    for try in 1 2 3; do
      if answer=$(${question}); then
        answered=yes
        break
      fi
      sleep 1
    done
    [ -n "$answered" ] || exit 66
    printf '%s\n' "$answer"`;
}
