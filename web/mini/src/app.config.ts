export default {
  pages: ['pages/home/index', 'pages/report/index', 'pages/ticket/index', 'pages/act/index', 'pages/login/index', 'pages/points/index', 'pages/exposures/index', 'pages/weather/index', 'pages/privacy/index'],
  window: { navigationBarTitleText: '随手拍', navigationBarBackgroundColor: '#ffffff', navigationBarTextStyle: 'black', backgroundTextStyle: 'dark' },
}
