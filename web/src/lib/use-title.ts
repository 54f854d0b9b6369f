import { useEffect } from 'react';

/** The document's title while this page stands. */
export function useTitle(title: string | undefined): void {
  useEffect(() => {
    document.title = title ? `${title} · Quarterdeck` : 'Quarterdeck';
  }, [title]);
}
