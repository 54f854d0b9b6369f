// Where a step runs: `each.3.fetch` is the node `fetch` in the body of `each`, for its item 3. The node
// itself, whichever item it runs for, is `each.fetch`.

const isIndex = (part: string) => /^\d+$/.test(part);

/** The node that a step's path leads to. */
export function nodePath(path: string): string {
  return path
    .split('.')
    .filter((part) => !isIndex(part))
    .join('.');
}

/** Which item (or round) of each body around it; empty outside of bodies. */
export function itemIndexes(path: string): number[] {
  return path.split('.').filter(isIndex).map(Number);
}

/** The map or loop around a step, and the item; null outside of bodies. */
export function containerOf(path: string): { path: string; index: number } | null {
  const parts = path.split('.');
  return parts.length < 3 ? null : { path: parts.slice(0, -2).join('.'), index: Number(parts.at(-2)) };
}
