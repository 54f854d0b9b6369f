import { readMarks } from '@/lib/marks';

/** A search's highlight. */
export function Marked({ html }: { html: string }) {
  return readMarks(html).map((part, index) => (part.match ? <mark key={index}>{part.text}</mark> : part.text));
}
