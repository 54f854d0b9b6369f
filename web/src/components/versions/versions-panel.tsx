import { useQuery } from '@tanstack/react-query';
import { GitCompare, History, RotateCcw, Upload } from 'lucide-react';
import { useState } from 'react';
import type { Schema } from '@/api/client';
import { messageOf } from '@/api/problem';
import { diffQuery, usePublish, useRollBack, versionsQuery, type Kind } from '@/api/queries/versions';
import { RelativeTime } from '@/components/relative-time';
import { EmptyState, ErrorState } from '@/components/states';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { Dialog, DialogActions, Drawer } from '@/components/ui/dialog';
import { Field, FormError } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { SkeletonRows } from '@/components/ui/skeleton';
import { Table, Td, Th, Tr } from '@/components/ui/table';
import { toast } from '@/components/ui/toast';
import { formText } from '@/lib/form-text';
import { DiffView } from './diff-view';

interface Versioned {
  id: string;
  published_version?: number | null;
  draft: boolean;
}

interface Comparison {
  from: number;
  /** Null: the draft. */
  to: number | null;
}

const named = (version: number | null) => (version === null ? 'the draft' : `version ${version}`);

function DiffDrawer({ kind, id, shown, onClose }: { kind: Kind; id: string; shown: Comparison; onClose: () => void }) {
  const { data, error, refetch } = useQuery(diffQuery(kind, id, shown.from, shown.to));
  return (
    <Drawer open onOpenChange={onClose} title="What differs" description={`From ${named(shown.from)} to ${named(shown.to)}`}>
      <div className="p-5">
        {data ? <DiffView diff={data} /> : error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows />}
      </div>
    </Drawer>
  );
}

function PublishDialog({ kind, of, onClose }: { kind: Kind; of: Versioned; onClose: () => void }) {
  const publish = usePublish(kind, of.id);
  return (
    <Dialog open onOpenChange={onClose} title="Publish the draft" description="It becomes the version that new executions run. Running ones keep theirs.">
      <form
        className="grid gap-3.5"
        onSubmit={(event) => {
          event.preventDefault();
          publish.mutate(formText(new FormData(event.currentTarget), 'note').trim(), {
            onSuccess: (now) => {
              toast(`Version ${now.published_version} is published.`);
              onClose();
            },
          });
        }}
      >
        <Field label="Note" optional hint="What changed, for those who come later.">
          <Input name="note" maxLength={500} autoFocus />
        </Field>
        <FormError>{publish.error ? messageOf(publish.error) : null}</FormError>
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" busy={publish.isPending}>
            Publish
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

function DraftBar({ of, onCompare, onPublish }: { of: Versioned; onCompare: (shown: Comparison) => void; onPublish: () => void }) {
  const published = of.published_version;
  return (
    <Card className="mb-4 flex flex-wrap items-center justify-between gap-3 border-waiting/50 px-4 py-3">
      <p className="text-[0.8125rem]">{published ? `The draft differs from version ${published}, which runs.` : 'There is only a draft: nothing runs yet.'}</p>
      <div className="flex gap-2">
        {published ? (
          <Button onClick={() => onCompare({ from: published, to: null })}>
            <GitCompare aria-hidden /> Compare
          </Button>
        ) : null}
        <Button variant="primary" onClick={onPublish}>
          <Upload aria-hidden /> Publish
        </Button>
      </div>
    </Card>
  );
}

interface RowProps {
  version: Schema<'Version'>;
  before: number | undefined;
  isCurrent: boolean;
  onCompare: (shown: Comparison) => void;
  onRollBack: () => void;
}

function Row({ version, before, isCurrent, onCompare, onRollBack }: RowProps) {
  return (
    <Tr>
      <Td className="font-medium whitespace-nowrap">
        v{version.version}
        {isCurrent && (
          <Badge tone="good" className="ml-2">
            Runs now
          </Badge>
        )}
      </Td>
      <Td className="text-muted">{version.note || '–'}</Td>
      <Td className="whitespace-nowrap text-muted">
        <RelativeTime time={version.created_at} />
      </Td>
      <Td className="text-right whitespace-nowrap">
        {before !== undefined && (
          <Button variant="ghost" size="sm" aria-label={`Compare version ${version.version} with ${before}`} onClick={() => onCompare({ from: before, to: version.version })}>
            <GitCompare aria-hidden /> <span className="hidden sm:inline">Compare</span>
          </Button>
        )}
        {!isCurrent && (
          <Button variant="ghost" size="sm" aria-label={`Roll back to version ${version.version}`} onClick={onRollBack}>
            <RotateCcw aria-hidden /> <span className="hidden sm:inline">Roll back</span>
          </Button>
        )}
      </Td>
    </Tr>
  );
}

/** All versions of an agent, a tool or a workflow: compare them, publish the draft, go back to an old one. */
export function VersionsPanel({ kind, of }: { kind: Kind; of: Versioned }) {
  const { data, error, refetch } = useQuery(versionsQuery(kind, of.id));
  const rollBack = useRollBack(kind, of.id);
  const [compared, setCompared] = useState<Comparison | null>(null);
  const [publishing, setPublishing] = useState(false);
  const [returning, setReturning] = useState<number | null>(null);
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <SkeletonRows rows={3} />;
  return (
    <>
      {of.draft && <DraftBar of={of} onCompare={setCompared} onPublish={() => setPublishing(true)} />}
      {data.items.length === 0 ? (
        <EmptyState icon={History} title="Nothing is published yet">
          Publishing makes the draft a version that never changes; executions name the version that they run.
        </EmptyState>
      ) : (
        <Table label="Versions">
          <thead>
            <tr>
              <Th>Version</Th>
              <Th>Note</Th>
              <Th>Published</Th>
              <Th>
                <span className="sr-only">Actions</span>
              </Th>
            </tr>
          </thead>
          <tbody>
            {data.items.map((version, index) => (
              <Row
                key={version.version}
                version={version}
                before={data.items[index + 1]?.version}
                isCurrent={version.version === of.published_version}
                onCompare={setCompared}
                onRollBack={() => setReturning(version.version)}
              />
            ))}
          </tbody>
        </Table>
      )}
      {compared && <DiffDrawer kind={kind} id={of.id} shown={compared} onClose={() => setCompared(null)} />}
      {publishing && <PublishDialog kind={kind} of={of} onClose={() => setPublishing(false)} />}
      <ConfirmDialog
        open={returning !== null}
        onOpenChange={() => setReturning(null)}
        title={`Roll back to version ${returning ?? ''}`}
        action="Roll back"
        onConfirm={async () => {
          const now = await rollBack.mutateAsync(returning ?? 0);
          toast(`Version ${now.published_version} holds what version ${returning} did.`);
        }}
      >
        Its content is published again as a new version; the versions in between stay. The draft is replaced.
      </ConfirmDialog>
    </>
  );
}
