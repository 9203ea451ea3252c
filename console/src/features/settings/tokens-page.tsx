import { useLingui } from '@lingui/react';
import { KeyRound, Plus } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useMutation, useQuery } from 'urql';
import type { ApiTokensQuery } from '../../gql/graphql.js';
import { useFormat } from '../../i18n/use-format.js';
import { Button } from '../../ui/button.js';
import { Dialog } from '../../ui/dialog.js';
import { Empty, Failure, NoPermission, Skeleton } from '../../ui/list-states.js';
import { RelativeTime } from '../../ui/relative-time.js';
import { Table, type Column } from '../../ui/table.js';
import { showToast } from '../../ui/toast-store.js';
import { useMay } from '../shell/session.js';
import { scopeName } from './scope-name.js';
import { ApiTokenRevokeDocument, ApiTokensDocument } from './settings.graphql.js';
import { TokenDialog } from './token-dialog.js';
import styles from './settings.module.css';

type ApiToken = ApiTokensQuery['apiTokens'][number];

function useColumns(): Column<ApiToken>[] {
  const { i18n } = useLingui();
  const format = useFormat();
  return useMemo(
    () => [
      { key: 'name', header: i18n.t('Name'), cell: (token) => <span className={styles.name}>{token.name}</span> },
      {
        key: 'hint',
        header: i18n.t('Token'),
        width: 130,
        rank: 'secondary',
        cell: (token) => <span className="mono dim">efa_sk_…{token.hint}</span>,
      },
      {
        key: 'scopes',
        header: i18n.t('What it may do'),
        rank: 'secondary',
        title: (token) => token.scopes.map(scopeName).join(', '),
        cell: (token) => <span className="dim">{token.scopes.map(scopeName).join(', ')}</span>,
      },
      {
        key: 'used',
        header: i18n.t('Last used'),
        width: 96,
        align: 'right',
        cell: (token) => (
          <span className="dim">{token.lastUsedAt ? <RelativeTime at={token.lastUsedAt} /> : i18n.t('never')}</span>
        ),
      },
      {
        key: 'expires',
        header: i18n.t('Ends'),
        width: 128,
        align: 'right',
        rank: 'secondary',
        cell: (token) => (
          <span className="dim">
            {token.expiresAt ? format.dateTime(Date.parse(token.expiresAt)) : i18n.t('never')}
          </span>
        ),
      },
    ],
    [i18n, format],
  );
}

function RevokeDialog({ token, onClose }: { token: ApiToken; onClose: () => void }) {
  const { i18n } = useLingui();
  const [{ fetching }, revoke] = useMutation(ApiTokenRevokeDocument);
  const go = async () => {
    const { data, error } = await revoke({ id: token.id });
    const refused = error?.message ?? data?.apiTokenRevoke.errors[0]?.message;
    if (refused) showToast(refused, 'bad');
    else showToast(i18n.t('Revoked: it stopped working at once.'));
    onClose();
  };
  return (
    <Dialog
      title={i18n.t('Revoke the token?')}
      size="narrow"
      onClose={onClose}
      note={i18n.t('“{name}” stops working at once, and what is connected with it is cut off. Made by {maker}.', {
        name: token.name,
        maker: token.createdBy.name,
      })}
      foot={
        <>
          <Button onClick={onClose}>{i18n.t('Cancel')}</Button>
          <Button look="primary" danger busy={fetching} onClick={() => void go()}>
            {i18n.t('Revoke')}
          </Button>
        </>
      }
    >
      <p className="dim">{token.scopes.map(scopeName).join(', ')}</p>
      <br />
    </Dialog>
  );
}

function Tokens() {
  const { i18n } = useLingui();
  const [{ data, error }, ask] = useQuery({ query: ApiTokensDocument, requestPolicy: 'cache-and-network' });
  const columns = useColumns();
  const [making, setMaking] = useState(false);
  const [openId, setOpenId] = useState<string | null>(null);
  const refresh = () => ask({ requestPolicy: 'network-only' });
  const open = data?.apiTokens.find((token) => token.id === openId);
  const add = (
    <Button look="primary" onClick={() => setMaking(true)}>
      <Plus size={15} />
      {i18n.t('New API token')}
    </Button>
  );
  return (
    <>
      <div className={styles.bar}>
        <span>{i18n.t('For your own programs: REST and GraphQL with Authorization: Bearer.')}</span>
        {add}
      </div>
      {error && !data ? (
        <Failure message={error.message} onRetry={refresh} />
      ) : !data ? (
        <Skeleton rows={5} />
      ) : data.apiTokens.length === 0 ? (
        <Empty icon={<KeyRound size={22} />} title={i18n.t('No API tokens yet')} action={add} />
      ) : (
        <Table
          label={i18n.t('API tokens')}
          columns={columns}
          rows={data.apiTokens}
          rowKey={(token) => token.id}
          openKey={open?.id}
          onOpen={setOpenId}
        />
      )}
      {making && <TokenDialog onMade={refresh} onClose={() => setMaking(false)} />}
      {open && <RevokeDialog token={open} onClose={() => setOpenId(null)} />}
    </>
  );
}

/** The workspace's API tokens. */
export function TokensPage() {
  return useMay('WORKSPACE_ADMIN') ? <Tokens /> : <NoPermission scope="workspace:admin" />;
}
