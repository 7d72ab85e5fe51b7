export default { navigationBarTitleText: '随手拍' }
