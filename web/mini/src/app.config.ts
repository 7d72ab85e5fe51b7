const weapp = process.env.TARO_ENV === 'weapp'

export default {
  pages: ['pages/home/index', 'pages/report/index', 'pages/ticket/index', 'pages/act/index', 'pages/login/index', 'pages/points/index', 'pages/exposures/index', 'pages/weather/index', 'pages/privacy/index'],
  window: weapp
    ? { navigationBarTitleText: '随手拍', navigationBarBackgroundColor: '@navBg', navigationBarTextStyle: '@navText', backgroundColor: '@bg', backgroundTextStyle: '@bgText' }
    : { navigationBarTitleText: '随手拍' },
  ...(weapp && {
    darkmode: true,
    themeLocation: 'theme.json',
    lazyCodeLoading: 'requiredComponents',
    __usePrivacyCheck__: true,
    requiredPrivateInfos: ['getLocation'],
    permission: { 'scope.userLocation': { desc: '用来找到问题在哪个网格' } },
  }),
}
