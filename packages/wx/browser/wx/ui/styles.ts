/** The CSS of toasts, dialogs, sheets and previews, after WeChat's design guide (WeUI). */
export const STYLES = `
.wxui { --bg: #fff; --fg: rgba(0,0,0,.9); --dim: rgba(0,0,0,.5); --line: rgba(0,0,0,.1); --press: #ececec; --gap: #f7f7f7;
  --link: #576b95; --green: #07c160; position: absolute; inset: 0; pointer-events: none; overflow: hidden;
  font: 17px/1.4 system-ui, -apple-system, "PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; color: var(--fg);
  -webkit-tap-highlight-color: transparent; text-align: left; }
.wxui-dark { --bg: #2c2c2c; --fg: rgba(255,255,255,.8); --dim: rgba(255,255,255,.5); --line: rgba(255,255,255,.05);
  --press: #3a3a3a; --gap: #191919; --link: #7d90a9; }
.wxui *, .wxui *::before { box-sizing: border-box; }
.wxui button { font: inherit; color: inherit; background: none; border: 0; margin: 0; padding: 0; cursor: pointer; }
.wxui button:focus-visible, .wxui input:focus-visible { outline: 2px solid var(--link); outline-offset: -2px; }
.wxui-mask { position: absolute; inset: 0; pointer-events: auto; outline: none; }
.wxui-dim { background: rgba(0,0,0,.6); animation: wxui-fade .2s; }
@keyframes wxui-fade { from { opacity: 0; } }
@keyframes wxui-rise { from { transform: translateY(100%); } }
@keyframes wxui-spin { to { transform: rotate(1turn); } }
@media (prefers-reduced-motion: reduce) { .wxui * { animation: none !important; } }

.wxui-toast { position: absolute; left: 50%; top: 40%; transform: translate(-50%,-50%); background: #4c4c4c; color: rgba(255,255,255,.9);
  border-radius: 12px; text-align: center; animation: wxui-fade .1s; }
.wxui-toast-icon { width: 136px; min-height: 136px; padding: 24px 12px 18px; }
.wxui-toast-icon > svg, .wxui-toast-icon > img, .wxui-spinner { display: block; width: 48px; height: 48px; margin: 0 auto 12px; }
.wxui-toast-icon > div:last-child { overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
.wxui-toast-text { max-width: 68%; width: max-content; padding: 12px 20px; line-height: 1.5; border-radius: 8px; display: -webkit-box;
  -webkit-line-clamp: 2; -webkit-box-orient: vertical; overflow: hidden; overflow-wrap: anywhere; }
.wxui-spinner { border-radius: 50%; width: 40px; height: 40px; margin-top: 4px; animation: wxui-spin 1s linear infinite;
  background: conic-gradient(transparent 10%, rgba(255,255,255,.9)); -webkit-mask: radial-gradient(farthest-side, transparent calc(100% - 4px), #000 0); mask: radial-gradient(farthest-side, transparent calc(100% - 4px), #000 0); }

.wxui-dialog { position: absolute; left: 50%; top: 50%; transform: translate(-50%,-50%); width: 320px; max-width: calc(100% - 32px);
  max-height: 90%; display: flex; flex-direction: column; background: var(--bg); border-radius: 12px; overflow: hidden; text-align: center; }
.wxui-dialog h2 { font-size: 17px; font-weight: 600; margin: 0; padding: 32px 24px 0; overflow-wrap: anywhere; }
.wxui-dialog h2 + .wxui-dialog-body { padding-top: 16px; color: var(--dim); }
.wxui-dialog-body { padding: 32px 24px 0; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
.wxui-dialog-foot { display: flex; margin-top: 32px; border-top: 1px solid var(--line); flex: none; }
.wxui-dialog-foot button { flex: 1; min-height: 56px; font-weight: 600; padding: 8px 4px; }
.wxui-dialog-foot button + button { border-left: 1px solid var(--line); }
.wxui-dialog-foot button:active, .wxui-sheet button:active { background: var(--press); }
.wxui-dialog input { width: 100%; font: inherit; color: var(--fg); padding: 10px 12px; border: 0; border-radius: 6px; background: var(--gap); }

.wxui-sheet { position: absolute; left: 0; right: 0; bottom: 0; max-height: 90%; overflow: auto; background: var(--gap); border-radius: 12px 12px 0 0;
  animation: wxui-rise .25s; padding-bottom: 20px; }
.wxui-sheet-group { background: var(--bg); margin-bottom: 8px; }
.wxui-sheet > button, .wxui-sheet-group > button { display: block; width: 100%; min-height: 56px; text-align: center; background: var(--bg); padding: 8px 16px; }
.wxui-sheet-group > * + button { border-top: 1px solid var(--line); }
.wxui-sheet-title { padding: 16px; text-align: center; font-size: 14px; color: var(--dim); }

.wxui-ask { background: var(--bg); padding: 24px 24px 40px; }
.wxui-ask h2 { font-size: 17px; font-weight: 600; margin: 0 0 24px; }
.wxui-ask p { margin: 0 0 8px; }
.wxui-ask .wxui-small { font-size: 14px; color: var(--dim); }
.wxui-ask a, .wxui-ask .wxui-link { color: var(--link); display: inline; }
.wxui-ask-foot { display: flex; gap: 16px; justify-content: center; margin-top: 40px; }
.wxui-ask-foot button { width: 120px; min-height: 40px; border-radius: 8px; font-weight: 600; }
.wxui-ask-foot .wxui-no { background: var(--press); color: var(--green); }
.wxui-ask-foot .wxui-yes { background: var(--green); color: #fff; }

.wxui-preview { background: #000; color: #fff; overflow: hidden; touch-action: none; user-select: none; }
.wxui-preview-track { position: absolute; inset: 0; display: flex; transition: transform .25s; }
.wxui-preview-slide { flex: 0 0 100%; height: 100%; display: flex; align-items: center; justify-content: center; overflow: hidden; }
.wxui-preview-slide > * { max-width: 100%; max-height: 100%; }
.wxui-preview-slide > img { width: 100%; height: 100%; object-fit: contain; -webkit-user-drag: none; }
.wxui-preview-count { position: absolute; top: 52px; left: 0; right: 0; text-align: center; font-size: 15px; text-shadow: 0 0 3px #000; pointer-events: none; }
.wxui .wxui-preview-close { position: absolute; top: 44px; left: 12px; width: 36px; height: 36px; font-size: 22px; border-radius: 50%; background: rgba(255,255,255,.15); line-height: 1; }
.wxui .wxui-preview-turn { position: absolute; top: 50%; width: 36px; height: 36px; margin-top: -18px; border-radius: 50%; background: rgba(255,255,255,.15); font-size: 22px; line-height: 1; }
.wxui-preview-gone { color: rgba(255,255,255,.5); }
`
