export default { navigationBarTitleText: '积分' }
