export interface Part {
  text: string;
  match: boolean;
}

const ENTITIES: Record<string, string> = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&#x27;': "'", '&amp;': '&' };

/**
 * The parts of a search's highlight. The server sends escaped HTML in which only `<mark>` is markup;
 * reading it as text keeps it that way here.
 */
export function readMarks(html: string): Part[] {
  return html
    .split(/(<mark>.*?<\/mark>)/s)
    .filter((piece) => piece !== '')
    .map((piece) => {
      const match = piece.startsWith('<mark>') && piece.endsWith('</mark>');
      const inner = match ? piece.slice('<mark>'.length, -'</mark>'.length) : piece;
      return { text: inner.replaceAll(/&(?:lt|gt|quot|amp|#39|#x27);/g, (entity) => ENTITIES[entity] ?? entity), match };
    });
}
