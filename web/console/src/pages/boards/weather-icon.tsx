import type { S } from '../../lib/api';

type Weather = NonNullable<S['BoardRow']['weather']>;

const CLOUD = 'M8 22a5 5 0 0 1 .6-10A7 7 0 0 1 22 11.5 5.3 5.3 0 0 1 23 22z';
const DRAWN: Record<Weather, React.ReactNode> = {
  sun: (
    <>
      <circle cx="16" cy="16" r="6" />
      <path d="M16 3v4M16 25v4M3 16h4M25 16h4M7 7l2.8 2.8M22.2 22.2 25 25M7 25l2.8-2.8M22.2 9.8 25 7" />
    </>
  ),
  cloud: (
    <>
      <path d="M12 8a6 6 0 0 1 10-1M21 3v1.5M27 6l-1.2 1M28 12h-1.6" />
      <path d={CLOUD} transform="translate(0 3)" />
    </>
  ),
  overcast: <path d={CLOUD} />,
  rain: (
    <>
      <path d={CLOUD} transform="translate(0 -3)" />
      <path d="M10 23l-1.5 4M16 23l-1.5 4M22 23l-1.5 4" />
    </>
  ),
  storm: (
    <>
      <path d={CLOUD} transform="translate(0 -4)" />
      <path d="M17 19l-4 5h4l-3 5M23 21l-1.5 4M9 21l-1.5 4" />
    </>
  ),
};

const TONE: Record<Weather, string> = { sun: 'ok', cloud: 'ok', overcast: 'soon', rain: 'late', storm: 'late' };

export function WeatherIcon({ weather, size = 32 }: { weather: Weather; size?: number }) {
  return (
    <svg className={`weather ${TONE[weather]}`} width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      {DRAWN[weather]}
    </svg>
  );
}
