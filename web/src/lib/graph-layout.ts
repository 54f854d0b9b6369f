// Where the nodes of a graph go: layers from left to right, in the manner of Sugiyama. Pure.
//
//   rank      each node one layer after the last node that it depends on
//   route     an edge over several layers gets a bend in each, so that it passes between nodes
//   order     nodes of a layer sorted by the middle of their neighbours, to and fro
//   place     each node as near to its neighbours as the others of its layer allow

export interface LayoutEdge {
  from: string;
  to: string;
}

export interface LayoutOptions {
  width: number;
  height: number;
  /** Between layers and between the nodes of one. */
  gapX: number;
  gapY: number;
  /** Of the nodes that are larger than the others. */
  sizes?: ReadonlyMap<string, Size>;
}

export interface Size {
  width: number;
  height: number;
}

export interface Point {
  x: number;
  y: number;
}

export interface Layout {
  /** The upper left corner of each node. */
  nodes: Map<string, Point>;
  /**
   * By the edge's place in the input: the points between its ends, from left to right. In each layer
   * that it passes there are two, so that it is level over the width of the nodes.
   */
  bends: Point[][];
  width: number;
  height: number;
}

interface Vertex {
  rank: number;
  size: number;
  before: Vertex[];
  after: Vertex[];
  /** The middle. */
  y: number;
}

const BEND_SIZE = 12;

export function layoutGraph(ids: readonly string[], edges: readonly LayoutEdge[], options: LayoutOptions): Layout {
  const ranks = rankNodes(ids, edges);
  const sizeOf = (id: string): Size => options.sizes?.get(id) ?? options;
  const vertices = new Map<string, Vertex>();
  const layers: Vertex[][] = [];
  const add = (rank: number, size: number): Vertex => {
    const vertex: Vertex = { rank, size, before: [], after: [], y: 0 };
    (layers[rank] ??= []).push(vertex);
    return vertex;
  };
  for (const id of ids) vertices.set(id, add(ranks.get(id) ?? 0, sizeOf(id).height));
  const chains = edges.map((edge) => route(vertices.get(edge.from), vertices.get(edge.to), add));

  sortLayers(layers);
  placeLayers(layers, options.gapY);

  const top = Math.min(0, ...layers.flat().map((vertex) => vertex.y - vertex.size / 2));
  const columns = columnsOf(ids, ranks, sizeOf, options.gapX);
  const columnOf = (vertex: Vertex): Column => columns[vertex.rank] ?? { x: 0, width: 0 };
  return {
    nodes: new Map(
      [...vertices].map(([id, vertex]) => {
        const { x, width } = columnOf(vertex);
        return [id, { x: x + (width - sizeOf(id).width) / 2, y: vertex.y - top - vertex.size / 2 }];
      }),
    ),
    bends: chains.map((chain) =>
      chain.flatMap((vertex) => {
        const { x, width } = columnOf(vertex);
        return [
          { x, y: vertex.y - top },
          { x: x + width, y: vertex.y - top },
        ];
      }),
    ),
    width: Math.max(0, ...columns.map(({ x, width }) => x + width)),
    height: Math.max(0, ...layers.flat().map((vertex) => vertex.y - top + vertex.size / 2)),
  };
}

interface Column {
  x: number;
  width: number;
}

/** Each layer is as wide as its widest node. */
function columnsOf(ids: readonly string[], ranks: ReadonlyMap<string, number>, sizeOf: (id: string) => Size, gap: number): Column[] {
  const columns: Column[] = [];
  for (const id of ids) {
    const column = (columns[ranks.get(id) ?? 0] ??= { x: 0, width: 0 });
    column.width = Math.max(column.width, sizeOf(id).width);
  }
  let x = 0;
  for (const column of columns) {
    column.x = x;
    x += column.width + gap;
  }
  return columns;
}

/** The longest way from a start. What stands in a circle is ranked as if the circle were open. */
function rankNodes(ids: readonly string[], edges: readonly LayoutEdge[]): Map<string, number> {
  const ranks = new Map(ids.map((id) => [id, 0]));
  const waiting = new Map(ids.map((id) => [id, 0]));
  const after = new Map<string, string[]>();
  for (const edge of edges) {
    if (!ranks.has(edge.from) || !ranks.has(edge.to)) continue;
    waiting.set(edge.to, (waiting.get(edge.to) ?? 0) + 1);
    after.set(edge.from, [...(after.get(edge.from) ?? []), edge.to]);
  }
  const ready = ids.filter((id) => waiting.get(id) === 0);
  for (let id = ready.shift(); id !== undefined; id = ready.shift()) {
    for (const next of after.get(id) ?? []) {
      ranks.set(next, Math.max(ranks.get(next) ?? 0, (ranks.get(id) ?? 0) + 1));
      const left = (waiting.get(next) ?? 0) - 1;
      waiting.set(next, left);
      if (left === 0) ready.push(next);
    }
  }
  return ranks;
}

function route(from: Vertex | undefined, to: Vertex | undefined, add: (rank: number, size: number) => Vertex): Vertex[] {
  if (!from || !to || to.rank <= from.rank) return [];
  const chain: Vertex[] = [];
  let last = from;
  for (let rank = from.rank + 1; rank < to.rank; rank++) {
    const bend = add(rank, BEND_SIZE);
    link(last, bend);
    chain.push(bend);
    last = bend;
  }
  link(last, to);
  return chain;
}

function link(from: Vertex, to: Vertex): void {
  from.after.push(to);
  to.before.push(from);
}

function sortLayers(layers: Vertex[][]): void {
  const place = new Map<Vertex, number>();
  const note = (layer: Vertex[]) => layer.forEach((vertex, index) => place.set(vertex, index));
  layers.forEach(note);
  const sort = (layer: Vertex[], neighbours: (vertex: Vertex) => Vertex[]) => {
    const middle = new Map(
      layer.map((vertex) => [vertex, mean(neighbours(vertex).map((other) => place.get(other) ?? 0)) ?? place.get(vertex) ?? 0]),
    );
    layer.sort((a, b) => (middle.get(a) ?? 0) - (middle.get(b) ?? 0));
    note(layer);
  };
  for (let sweep = 0; sweep < 4; sweep++) {
    for (const layer of layers) sort(layer, (vertex) => vertex.before);
    for (const layer of layers.toReversed()) sort(layer, (vertex) => vertex.after);
  }
  for (const layer of layers) sort(layer, (vertex) => vertex.before);
}

function placeLayers(layers: Vertex[][], gap: number): void {
  for (const layer of layers) {
    const height = layer.reduce((sum, vertex) => sum + vertex.size + gap, -gap);
    let y = -height / 2;
    for (const vertex of layer) {
      vertex.y = y + vertex.size / 2;
      y += vertex.size + gap;
    }
  }
  for (let sweep = 0; sweep < 6; sweep++) {
    for (const layer of layers) settle(layer, gap, (vertex) => vertex.before);
    for (const layer of layers.toReversed()) settle(layer, gap, (vertex) => vertex.after);
  }
  // The last word: nodes in the middle of both sides.
  for (const layer of layers) settle(layer, gap, (vertex) => [...vertex.before, ...vertex.after]);
}

/**
 * Moves each vertex to the middle of its neighbours without changing the order: neighbours that
 * want the same room form a block, and a block stands at the mean of what its members want.
 */
function settle(layer: Vertex[], gap: number, neighbours: (vertex: Vertex) => Vertex[]): void {
  interface Block {
    members: Vertex[];
    /** The sum over its members of the wished y less the offset in the block. */
    wish: number;
    size: number;
  }
  const blocks: Block[] = [];
  const topOf = (block: Block) => block.wish / block.members.length;
  for (const vertex of layer) {
    const wished = mean(neighbours(vertex).map((other) => other.y)) ?? vertex.y;
    let block: Block = { members: [vertex], wish: wished - vertex.size / 2, size: vertex.size };
    for (let last = blocks.at(-1); last && topOf(last) + last.size + gap > topOf(block); last = blocks.at(-1)) {
      blocks.pop();
      const shift = last.size + gap;
      block = {
        members: [...last.members, ...block.members],
        wish: last.wish + block.wish - shift * block.members.length,
        size: shift + block.size,
      };
    }
    blocks.push(block);
  }
  for (const block of blocks) {
    let y = topOf(block);
    for (const vertex of block.members) {
      vertex.y = y + vertex.size / 2;
      y += vertex.size + gap;
    }
  }
}

function mean(values: number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
