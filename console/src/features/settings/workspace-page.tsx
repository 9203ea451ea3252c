import { useLingui } from '@lingui/react';
import { useState, type SubmitEvent } from 'react';
import { useMutation } from 'urql';
import { languages } from '../../i18n/language.js';
import { Banner } from '../../ui/banner.js';
import { Button } from '../../ui/button.js';
import { SelectField, TextField } from '../../ui/field.js';
import { formText } from '../../ui/form-text.js';
import { IdText } from '../../ui/id-text.js';
import { KeyValues } from '../../ui/key-values.js';
import { showToast } from '../../ui/toast-store.js';
import { refusalsByField } from '../../domain/refusals.js';
import { useMay, useSession } from '../shell/session.js';
import { WorkspaceSettingsDocument } from './settings.graphql.js';
import styles from './settings.module.css';

/** Name, time zone and language of the workspace. */
export function WorkspacePage() {
  const { i18n } = useLingui();
  const { workspace } = useSession();
  const may = useMay('WORKSPACE_ADMIN');
  const [{ fetching }, update] = useMutation(WorkspaceSettingsDocument);
  const [refusals, setRefusals] = useState<Record<string, string>>({});
  const locales: { value: string; label: string }[] = [...languages];
  if (!locales.some((locale) => locale.value === workspace.locale)) {
    locales.push({ value: workspace.locale, label: workspace.locale });
  }
  const onSubmit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const { data, error } = await update({
      input: {
        name: formText(form, 'name'),
        timeZone: formText(form, 'timeZone'),
        locale: formText(form, 'locale'),
      },
    });
    if (data?.workspaceSettingsUpdate.workspace) {
      setRefusals({});
      showToast(i18n.t('Saved'));
    } else setRefusals(error ? { '': error.message } : refusalsByField(data?.workspaceSettingsUpdate.errors ?? []));
  };
  return (
    <form className={styles.page} onSubmit={(event) => void onSubmit(event)}>
      <KeyValues
        entries={[
          [i18n.t('Id'), <IdText key="id" id={workspace.id} />],
          [i18n.t('Mode'), workspace.mode === 'TEST' ? i18n.t('Test: mail and SMS stay here') : i18n.t('Live')],
        ]}
      />
      {refusals[''] && (
        <Banner tone="bad" inset live>
          {refusals['']}
        </Banner>
      )}
      <TextField
        label={i18n.t('Name')}
        name="name"
        required
        maxLength={120}
        disabled={!may}
        defaultValue={workspace.name}
        error={refusals.name}
      />
      <TextField
        label={i18n.t('Time zone')}
        name="timeZone"
        required
        list="time-zones"
        disabled={!may}
        defaultValue={workspace.timeZone}
        error={refusals.timeZone}
        hint={i18n.t('Of opening hours, months and reports.')}
      />
      <datalist id="time-zones">
        {Intl.supportedValuesOf('timeZone').map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
      <SelectField
        label={i18n.t('Language')}
        name="locale"
        disabled={!may}
        defaultValue={workspace.locale}
        error={refusals.locale}
        hint={i18n.t('For recipients whose language is unknown.')}
      >
        {locales.map((locale) => (
          <option key={locale.value} value={locale.value}>
            {locale.label}
          </option>
        ))}
      </SelectField>
      {may ? (
        <Button type="submit" look="primary" busy={fetching}>
          {i18n.t('Save')}
        </Button>
      ) : (
        <Banner inset>{i18n.t('Only administrators can change this.')}</Banner>
      )}
    </form>
  );
}
