import { useLingui } from '@lingui/react';
import { getRouteApi } from '@tanstack/react-router';
import { useEffect, useState, type SubmitEvent } from 'react';
import { useQuery } from 'urql';
import { chooseLanguage, languages } from '../../i18n/language.js';
import { Banner } from '../../ui/banner.js';
import { Bell } from '../../ui/bell.js';
import { Button } from '../../ui/button.js';
import { TextField } from '../../ui/field.js';
import { formText } from '../../ui/form-text.js';
import { ViewerDocument } from '../shell/shell.graphql.js';
import { safeNext, signIn, type SignInProblem } from './auth.js';
import styles from './sign-in.module.css';

function useProblemText(problem: SignInProblem | null): string | null {
  const { i18n } = useLingui();
  switch (problem?.kind) {
    case undefined:
      return null;
    case 'credentials':
      return i18n.t('The email or the password is wrong.');
    case 'rate-limited':
      return problem.retryAfterSeconds === null
        ? i18n.t('Too many tries. Wait a little.')
        : i18n.t('Too many tries. Try again in {seconds} s.', { seconds: problem.retryAfterSeconds });
    case 'unreachable':
      return i18n.t('The server cannot be reached.');
    case 'other':
      return problem.message;
  }
}

/** Sign-in by email and password. */
export function SignInPage() {
  const { i18n } = useLingui();
  const { next } = getRouteApi('/sign-in').useSearch();
  const [{ data }] = useQuery({ query: ViewerDocument });
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<SignInProblem | null>(null);
  const text = useProblemText(problem);
  useEffect(() => {
    document.title = `${i18n.t('Sign in')} · Carillon`;
  }, [i18n]);

  const onSubmit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const password = form.get('password');
    if (typeof password !== 'string') return;
    setBusy(true);
    const refused = await signIn(formText(form, 'email'), password);
    // A new page load: nothing that was fetched for nobody, or for somebody else, stays in memory.
    if (!refused) {
      location.assign(safeNext(next));
      return;
    }
    setProblem(refused);
    setBusy(false);
  };
  return (
    <main className={styles.page}>
      <form className={styles.card} onSubmit={(event) => void onSubmit(event)}>
        <div className={styles.brand}>
          <Bell size={26} />
          <span>Carillon</span>
        </div>
        <h1 className={styles.title}>{i18n.t('Sign in')}</h1>
        <p className={styles.lead}>{i18n.t('Every event, every channel, every time.')}</p>
        {text && (
          <Banner tone="bad" inset live>
            {text}
          </Banner>
        )}
        <TextField label={i18n.t('Email')} name="email" type="email" autoComplete="username" required autoFocus />
        <TextField
          label={i18n.t('Password')}
          name="password"
          type="password"
          autoComplete="current-password"
          required
        />
        <Button type="submit" look="primary" wide busy={busy}>
          {i18n.t('Sign in')}
        </Button>
        {data?.installation.development && (
          <p className={styles.lead}>
            <br />
            {i18n.t(
              'This is a development installation: the demo’s email and password are printed where it was started.',
            )}
          </p>
        )}
      </form>
      <div className={styles.foot}>
        {languages.map((language) => (
          <button
            key={language.value}
            type="button"
            lang={language.value}
            aria-pressed={i18n.locale === language.value}
            onClick={() => void chooseLanguage(language.value)}
          >
            {language.label}
          </button>
        ))}
        {data && <span>{i18n.t('Version {version}', { version: data.installation.version })}</span>}
      </div>
    </main>
  );
}
