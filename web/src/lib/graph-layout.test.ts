import { describe, expect, it } from 'vitest';
import { layoutGraph, type LayoutEdge } from './graph-layout';

const options = { width: 200, height: 60, gapX: 80, gapY: 30 };
const edges = (text: string): LayoutEdge[] =>
  text.split(' ').map((pair) => {
    const [from = '', to = ''] = pair.split('>');
    return { from, to };
  });

describe('layoutGraph', () => {
  it('puts a node behind everything that it depends on', () => {
    const layout = layoutGraph(['a', 'b', 'c', 'd'], edges('a>b b>c a>c c>d'), options);

    const x = (id: string) => layout.nodes.get(id)?.x ?? -1;
    expect([x('a'), x('b'), x('c'), x('d')]).toEqual([0, 280, 560, 840]);
    expect(layout.width).toBe(3 * 280 + 200);
  });

  it('keeps a chain on one line', () => {
    const layout = layoutGraph(['a', 'b', 'c'], edges('a>b b>c'), options);

    const ys = new Set([...layout.nodes.values()].map((point) => point.y));
    expect(ys.size).toBe(1);
  });

  it('centres a node between its branches', () => {
    const layout = layoutGraph(['a', 'b', 'c', 'd'], edges('a>b a>c b>d c>d'), options);

    const y = (id: string) => layout.nodes.get(id)?.y ?? Number.NaN;
    expect(y('a')).toBeCloseTo((y('b') + y('c')) / 2);
    expect(y('d')).toBeCloseTo(y('a'));
  });

  it('uncrosses edges where the order of nodes allows it', () => {
    const layout = layoutGraph(['a', 'b', 'x', 'y'], edges('a>y b>x'), options);

    const y = (id: string) => layout.nodes.get(id)?.y ?? Number.NaN;
    expect(Math.sign(y('a') - y('b'))).toBe(Math.sign(y('y') - y('x')));
  });

  it('bends an edge around the nodes between its ends', () => {
    const layout = layoutGraph(['a', 'b', 'c'], edges('a>b b>c a>c'), options);

    const bend = layout.bends[2]?.[0];
    const b = layout.nodes.get('b');
    expect(bend && b && (bend.y < b.y || bend.y > b.y + options.height)).toBe(true);
  });

  it('never lets nodes overlap', () => {
    const ids = Array.from({ length: 60 }, (_, index) => `n${index}`);
    const some = ids.flatMap((id, index) =>
      index === 0 ? [] : [{ from: `n${(index * 7) % index}`, to: id }, { from: `n${(index * 13) % index}`, to: id }],
    );

    const layout = layoutGraph(ids, some, options);

    const places = [...layout.nodes.values()];
    for (const [index, one] of places.entries()) {
      for (const other of places.slice(index + 1)) {
        expect(one.x !== other.x || Math.abs(one.y - other.y) >= options.height + options.gapY - 0.001).toBe(true);
      }
    }
  });

  it('makes room for larger nodes', () => {
    const sizes = new Map([['b', { width: 500, height: 300 }]]);
    const layout = layoutGraph(['a', 'b', 'c', 'd'], edges('a>b a>c b>d c>d'), { ...options, sizes });

    expect(layout.nodes.get('d')?.x).toBe(200 + 80 + 500 + 80);
    expect(layout.height).toBe(300 + 30 + 60);
    const b = layout.nodes.get('b')?.y ?? 0;
    const c = layout.nodes.get('c')?.y ?? 0;
    expect(c >= b + 300 + 30 || b >= c + 60 + 30).toBe(true);
  });

  it('survives circles, unknown ends and nothing at all', () => {
    expect(layoutGraph([], [], options)).toMatchObject({ width: 0, height: 0 });
    expect(layoutGraph(['a', 'b'], edges('a>b b>a a>ghost'), options).nodes.size).toBe(2);
  });

  it('takes little time for 500 nodes', () => {
    const ids = Array.from({ length: 500 }, (_, index) => `n${index}`);
    const tree = ids.slice(1).map((id, index) => ({ from: `n${Math.floor(index / 3)}`, to: id }));
    const started = performance.now();

    layoutGraph(ids, tree, options);

    expect(performance.now() - started).toBeLessThan(1000);
  });
});
