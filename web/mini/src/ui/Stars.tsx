import { Box, Tap, Text } from './base'
import { Icon } from './Icon'

const WORDS = ['很不满意', '不满意', '一般', '满意', '很满意']

/** One to five stars; with `onPick` to be chosen. */
export function Stars({ value, onPick }: { value: number; onPick?: (n: number) => void }) {
  if (!onPick) return <Box className="stars" role="img" label={`${value} 星`}>{[1, 2, 3, 4, 5].map((n) => <Icon key={n} name="star" className={n <= value ? 'star-on' : 'star-off'} />)}</Box>
  return (
    <>
      <Box className="stars stars-big" role="group" label="几颗星">
        {[1, 2, 3, 4, 5].map((n) => (
          <Tap key={n} className="star-tap" label={`${n} 星 ${WORDS[n - 1]}`} pressed={n === value} onTap={() => onPick(n)}>
            <Icon name="star" className={n <= value ? 'star-on' : 'star-off'} />
          </Tap>
        ))}
      </Box>
      <Text as="p" className="note" live="polite">{WORDS[value - 1] ?? '点星星打分'}</Text>
    </>
  )
}
