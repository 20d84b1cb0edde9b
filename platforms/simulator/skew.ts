import type { WorldVideo } from './videos.ts'
import type { World } from './world.ts'

/** The world as dated by a clock that is ahead by `ms`: every instant is later, and nothing else is different. */
export function skewedWorld(world: World, ms: number): World {
  if (ms === 0) return world
  const later = new Map([...world.history, ...world.videos].map((video) => [video, shifted(video, ms)]))
  const of = (video: WorldVideo) => later.get(video) ?? video
  return {
    ...world,
    options: { ...world.options, startAt: world.options.startAt + ms },
    videos: world.videos.map(of),
    history: world.history.map(of),
    video: (itemId) => {
      const video = world.video(itemId)
      return video && of(video)
    },
    videosOf: (awemeId) => world.videosOf(awemeId).map(of),
    counters: (itemId, at) => world.counters(itemId, at - ms),
  }
}

function shifted(video: WorldVideo, ms: number): WorldVideo {
  const gone = video.gone && { ...video.gone, at: video.gone.at + ms }
  return { ...video, publishedAt: video.publishedAt + ms, gone }
}
