/** What the demo's team says of its elements, KOLs and campaign. Made up. */
import type { AttributeChange } from '../rules/element.ts'

export const ZONE = 'Asia/Shanghai'
export const BRAND = '苗圃美妆'
export const MATRIX = '秋冬内容矩阵'
export const CAMPAIGN = '秋冬焕新大促'
export const PROGRAMMES = ['一分钟实测', '敏感肌自救', '开箱不剧透']
export const HOOKS = ['先看结果再讲过程', '三秒反差', '你是不是也这样']
export const FORMATS = ['口播', '剧情', '测评']

/** By the key of the world's element. */
export const SAID: Record<string, AttributeChange> = {
  'persona-1': { persona: { fit: '讲成分讲得清楚', expressiveness: '像闺蜜聊天', heat: 3 } },
  'persona-2': { persona: { fit: '真实的熬夜皮', expressiveness: '自嘲', heat: 2 } },
  'persona-3': { persona: { fit: '在意安全', expressiveness: '温和', heat: 2 } },
  'persona-4': { persona: { fit: '预算有限又爱研究', expressiveness: '活泼', heat: 3 } },
  'product-1': {
    product: {
      sellingPoints: ['三重玻尿酸', '上脸不黏'],
      benefit: '买一送同款小样',
      priceFen: 19_900,
      grossMargin: 0.62,
    },
  },
  'product-2': {
    product: {
      sellingPoints: ['氨基酸表活', '洗完不紧绷'],
      benefit: '第二件半价',
      priceFen: 8_900,
      grossMargin: 0.55,
    },
  },
  'product-3': {
    product: {
      sellingPoints: ['清透成膜', '不搓泥'],
      benefit: '加赠旅行装',
      priceFen: 12_900,
      grossMargin: 0.58,
    },
  },
  'scene-1': { scene: { texture: '暖光、镜面水汽', plot: '卸妆到上脸', topic: '晚间护肤' } },
  'scene-2': { scene: { texture: '自然光、晃动', plot: '赶地铁补妆', topic: '通勤妆' } },
  'scene-3': { scene: { texture: '台灯', plot: '室友围观', topic: '宿舍日常' } },
  'scene-4': { scene: { texture: '冷光', plot: '午休急救', topic: '打工人' } },
  'need-1': { need: { pain: '一换季就起皮', step: 'ASK' } },
  'need-2': { need: { pain: '泛红不敢乱用', step: 'ASK' } },
  'need-3': { need: { pain: '熬夜之后脸黄', step: 'APPEAL' } },
  'need-4': { need: { pain: '想要大牌效果但预算不够', step: 'ACT' } },
}

/** A scene that the team has just thought of: nothing is made in it yet, and not everybody fits. */
export const NEW_SCENE = {
  name: '直播间切片',
  attributes: { scene: { texture: '直播画面', plot: '主播当场试用', topic: '直播福利' } },
}
export const NEVER = { persona: 'persona-3', reason: '宝妈人设不进直播间' }
export const ALWAYS = { product: 'product-1', reason: '直播间只有这个品有机制' }
