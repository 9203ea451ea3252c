import { useLingui } from '@lingui/react';
import { useCallback, useState } from 'react';
import { JobAbortDocument } from '../live/jobs.graphql.js';
import { useJobs } from '../live/jobs-context.js';
import { useLive } from '../live/live-context.js';
import { showToast } from '../ui/toast-store.js';

/** Stops a job; what was done stays done. */
export function useAbortJob(): { busy: boolean; abort: (id: string) => Promise<void> } {
  const { i18n } = useLingui();
  const { direct } = useLive();
  const { note } = useJobs();
  const [busy, setBusy] = useState(false);
  const abort = useCallback(
    async (id: string) => {
      setBusy(true);
      const { data, error } = await direct.mutation(JobAbortDocument, { id }).toPromise();
      setBusy(false);
      const refused = error?.message ?? data?.jobAbort.errors[0]?.message;
      if (refused) showToast(refused, 'bad');
      else showToast(i18n.t('Aborted: what was done stays done.'));
      if (data?.jobAbort.job) note(data.jobAbort.job);
    },
    [direct, note, i18n],
  );
  return { busy, abort };
}
