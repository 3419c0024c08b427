/** What is wrong with a text before anybody can read YAML in it; absent where nothing is. `offset`: where. */
export function notPlain(text: string): { readonly offset: number; readonly message: string } | undefined {
  // UTF-16, as some programs of Windows write it, has a zero beside each letter.
  if (text.includes('\0'))
    return { offset: 0, message: 'this is not UTF-8 (UTF-16 has such zeros); save the file as UTF-8' };
  const broken = text.indexOf('\uFFFD');
  if (broken >= 0)
    return {
      offset: broken,
      message: 'a letter here is not UTF-8; save the file as UTF-8, and write it again',
    };
  // What git leaves where two have changed the same lines (git-merge(1)).
  const conflict = /^<{7} .*$|^>{7} .*$/m.exec(text);
  if (conflict !== null)
    return {
      offset: conflict.index,
      message:
        'a merge has left both versions here; keep one of them, and take out the lines of <<<<<<<, ======= and >>>>>>>',
    };
  // Web pages and text programs write it; it looks like a space, and YAML takes it for a letter.
  const space = /^[ \t]*[\u00A0\u2000-\u200B\u202F\u3000]/m.exec(text);
  if (space !== null)
    return {
      offset: space.index,
      message: 'this line begins with a space that is none (a no-break space, say); type the spaces anew',
    };
  return undefined;
}
