import { expect, test } from 'vitest';
import { styleOf } from '../../src/render/style.ts';
import { tableText } from '../../src/render/table.ts';

test('columns stand below each other, whatever their letters take on a terminal', () => {
  const rows = [
    ['mail-1', '北京=1', 'ready'],
    ['mail-2', 'ort=Zürich', 'ready'],
    ['mail-3', 'flag=🇨🇭', 'down'],
    ['mail-4', 'e\u0301=1', 'ready'],
  ];
  const text = tableText(
    { title: 'Nodes', columns: ['NODE', 'LABELS', 'STATUS'], rows },
    styleOf({ isTTY: false, columns: 80 }, {}),
  );
  expect(text.split('\n')).toEqual([
    'Nodes',
    '  NODE    LABELS      STATUS',
    '  mail-1  北京=1      ready',
    '  mail-2  ort=Zürich  ready',
    '  mail-3  flag=🇨🇭     down',
    '  mail-4  e\u0301=1         ready',
  ]);
});
