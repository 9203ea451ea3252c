import { useLingui } from '@lingui/react';
import { useEffect, useState } from 'react';
import type { PlacesQuery } from '../../gql/graphql.js';
import { useLive } from '../../live/live-context.js';
import { useMay } from '../shell/session.js';
import { PlacesDocument } from './endpoints.graphql.js';
import styles from './endpoints.module.css';

type Place = PlacesQuery['locations']['nodes'][number];

const pageRows = 100;
const pagesAtMost = 10;
/** With more places than this, a field narrows them down. */
const searchedFrom = 12;

/** All places by path; null while they come, an empty list where one may not see them or there are none. */
function usePlaces(): readonly Place[] | null {
  const { direct } = useLive();
  const may = useMay('FEEDBACK_READ');
  const [places, setPlaces] = useState<readonly Place[] | null>(null);
  useEffect(() => {
    let stale = false;
    const load = async () => {
      const found: Place[] = [];
      let after: string | null = null;
      for (let page = 0; may && page < pagesAtMost; page += 1) {
        const answer: { data?: PlacesQuery | undefined } = await direct
          .query(PlacesDocument, { first: pageRows, after })
          .toPromise();
        found.push(...(answer.data?.locations.nodes ?? []));
        after = answer.data?.locations.pageInfo.endCursor ?? null;
        if (!answer.data?.locations.pageInfo.hasNextPage) break;
      }
      if (!stale) setPlaces(found);
    };
    void load();
    return () => {
      stale = true;
    };
  }, [direct, may]);
  return places;
}

/** Narrows an endpoint down to events of some places, at any depth; none chosen means all. */
export function PlacePicker({
  chosen,
  onChange,
  error,
}: {
  chosen: readonly string[];
  onChange: (ids: string[]) => void;
  error: string | undefined;
}) {
  const { i18n } = useLingui();
  const places = usePlaces();
  const [search, setSearch] = useState('');
  if (!places || places.length === 0) return null;
  const part = search.toLocaleLowerCase(i18n.locale);
  const nameOf = (place: Place) => place.path.join(' › ');
  const shown = places.filter((place) => nameOf(place).toLocaleLowerCase(i18n.locale).includes(part));
  return (
    <fieldset className={styles.fieldset}>
      <legend className={styles.legend}>
        {i18n.t('Only events of these places')}{' '}
        <span className="dim num">
          {chosen.length === 0 ? i18n.t('(none chosen: all)') : i18n.t('{count} chosen', { count: chosen.length })}
        </span>
      </legend>
      {places.length > searchedFrom && (
        <input
          className={styles.search}
          type="search"
          aria-label={i18n.t('Part of a place’s name')}
          placeholder={i18n.t('Part of a place’s name')}
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
      )}
      <div className={styles.places} role="group" aria-label={i18n.t('Places')}>
        {shown.map((place) => (
          <label key={place.id} className={styles.place}>
            <input
              type="checkbox"
              checked={chosen.includes(place.id)}
              onChange={(event) =>
                onChange(event.target.checked ? [...chosen, place.id] : chosen.filter((id) => id !== place.id))
              }
            />
            <span>{nameOf(place)}</span>
          </label>
        ))}
      </div>
      <p className={styles.hint}>{i18n.t('With everything in them, at any depth.')}</p>
      {error && (
        <div className={styles.error} role="alert">
          {error}
        </div>
      )}
    </fieldset>
  );
}
