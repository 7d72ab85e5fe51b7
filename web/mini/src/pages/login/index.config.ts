export default { navigationBarTitleText: '工作人员登录' }
