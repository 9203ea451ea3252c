import { useLingui } from '@lingui/react';
import { CircleHelp, LogOut, PanelLeftClose, PanelLeftOpen, SunMoon } from 'lucide-react';
import { languages, chooseLanguage, type Language } from '../../i18n/language.js';
import { setAppearance, type Appearance } from '../../ui/appearance.js';
import { Button } from '../../ui/button.js';
import { useFrame } from '../../ui/frame-context.js';
import { Menu, MenuItem, MenuLine, MenuRadio } from '../../ui/menu.js';
import { useAppearance } from '../../ui/use-appearance.js';
import { signOut } from '../sign-in/auth.js';

/** At the foot of the rail: appearance and language, help, and folding the rail. */
export function RailFoot() {
  const { i18n } = useLingui();
  const appearance = useAppearance();
  const frame = useFrame();
  const folded = appearance.rail === 'icons';
  const fold = folded ? i18n.t('Expand the sidebar') : i18n.t('Collapse the sidebar');
  const you = i18n.t('Appearance, language, sign out');
  return (
    <>
      <Menu
        trigger={
          <Button look="quiet" icon aria-label={you} title={you}>
            <SunMoon size={16} />
          </Button>
        }
      >
        <MenuRadio<Appearance['theme']>
          label={i18n.t('Appearance')}
          value={appearance.theme}
          onChange={(theme) => setAppearance({ theme })}
          options={[
            { value: 'system', label: i18n.t('As the system') },
            { value: 'light', label: i18n.t('Light') },
            { value: 'dark', label: i18n.t('Dark') },
          ]}
        />
        <MenuRadio<Appearance['density']>
          label={i18n.t('Row height')}
          value={appearance.density}
          onChange={(density) => setAppearance({ density })}
          options={[
            { value: 'compact', label: i18n.t('Compact') },
            { value: 'comfortable', label: i18n.t('Comfortable') },
          ]}
        />
        <MenuRadio<Language>
          label={i18n.t('Language')}
          value={i18n.locale as Language}
          onChange={(language) => void chooseLanguage(language)}
          options={languages}
        />
        <MenuLine />
        <MenuItem onSelect={() => void signOut()} icon={<LogOut size={14} />}>
          {i18n.t('Sign out')}
        </MenuItem>
      </Menu>
      <Button look="quiet" icon aria-label={i18n.t('Keyboard')} title={i18n.t('Keyboard (?)')} onClick={frame.openHelp}>
        <CircleHelp size={16} />
      </Button>
      <Button
        look="quiet"
        icon
        aria-label={fold}
        title={fold}
        aria-pressed={folded}
        onClick={() => setAppearance({ rail: folded ? 'full' : 'icons' })}
      >
        {folded ? <PanelLeftOpen size={16} /> : <PanelLeftClose size={16} />}
      </Button>
    </>
  );
}
