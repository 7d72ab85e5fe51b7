import { app, useApp } from '../../lib/app'
import { Box, Text } from '../../ui/base'
import { Page } from '../../ui/parts'

const PARTS: [string, string][] = [
  ['我们用到什么', '您拍的照片及照片里记录的时间和地点、上报时手机的位置、您写的文字。用微信打开时，还有微信给出的一个编号，用来认出是同一位上报人；用浏览器打开时，是浏览器里生成的一个随机编号。'],
  ['用来做什么', '找到问题在哪个网格、该由哪个单位处置，查重，核对处置结果，把进展告诉您，计算积分。不做别的用途。'],
  ['谁能看到', '公开页面上的照片去掉了拍摄信息，遮挡人脸和车牌，位置只到网格。承办单位看到问题的准确位置，看不到您的姓名和手机号。'],
  ['在手机里留什么', '没发出去的照片和文字、登录凭证、类别表。发出或删除后照片即从手机里清掉。'],
  ['您可以', '在手机设置里随时关掉位置或相机：关掉位置后可以在地图上标出问题；关掉相机后可以从相册选。受理前可以撤回自己的上报。'],
]

/** The privacy notice of the version in force. */
export default function Privacy() {
  useApp()
  return (
    <Page title="隐私说明">
      {PARTS.map(([head, text], i) => (
        <Box as="section" key={head}>
          <Text as="h2" className={`section-title ${i ? '' : 'first'}`}>{head}</Text>
          <Text as="p">{text}</Text>
        </Box>
      ))}
      <Text as="p" className="note section">第 {app.config?.privacy_version ?? 1} 版。内容有改动时会再次征求您的同意。</Text>
    </Page>
  )
}
