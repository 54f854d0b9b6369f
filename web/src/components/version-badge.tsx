import { Badge } from '@/components/ui/badge';

interface Versioned {
  published_version?: number | null;
  draft: boolean;
}

/** Which version runs, and whether there are edits that it does not hold. */
export function VersionBadge({ of }: { of: Versioned }) {
  return (
    <>
      {of.published_version ? <Badge tone="outline">v{of.published_version}</Badge> : null}
      {of.draft && <Badge tone="waiting">{of.published_version ? 'Unpublished edits' : 'Draft'}</Badge>}
    </>
  );
}
