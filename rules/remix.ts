/** 混剪: what is new in a video that was cut anew out of another: 开头钩子, 主体, 行动号召. */
export const REMIX_PARTS = ['HOOK', 'BODY', 'CALL_TO_ACTION'] as const
export type RemixPart = (typeof REMIX_PARTS)[number]
