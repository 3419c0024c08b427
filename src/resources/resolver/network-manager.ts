/**
 * What `[main] dns` has to say so that dnssec-trigger decides alone. 1.40 took `unbound` out (NEWS of 1.40); of what
 * is left, dnssec-trigger-script knows `none`.
 */
export function dnsMode(version: string): 'none' | 'unbound' {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 1 || (major === 1 && minor >= 40) ? 'none' : 'unbound';
}

const SECTION = /^\s*\[([^\]]*)\]/;
const DNS = /^\s*dns\s*=\s*(.*?)\s*$/;

/** The value of `[main] dns` in a file of NetworkManager, where the last one holds. */
export function dnsOf(text: string): string | undefined {
  let section = '';
  let value: string | undefined;
  for (const line of text.split('\n')) {
    section = SECTION.exec(line)?.[1] ?? section;
    if (section === 'main') value = DNS.exec(line)?.[1] ?? value;
  }
  return value;
}

/** The file with `[main] dns` set, and every other line as it was. */
export function withDnsSetting(text: string, value: string): string {
  const rest = withoutDnsSetting(text);
  const lines = rest.split('\n');
  const main = lines.findIndex((line) => SECTION.exec(line)?.[1] === 'main');
  if (main === -1) return `${rest}${rest === '' || rest.endsWith('\n') ? '' : '\n'}[main]\ndns=${value}\n`;
  return lines.toSpliced(main + 1, 0, `dns=${value}`).join('\n');
}

/** The file without `[main] dns`, and every other line as it was. */
export function withoutDnsSetting(text: string): string {
  let section = '';
  return text
    .split('\n')
    .filter((line) => {
      section = SECTION.exec(line)?.[1] ?? section;
      return section !== 'main' || !DNS.test(line);
    })
    .join('\n');
}
