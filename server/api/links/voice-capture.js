// Runs beside the page's script and hands it the sound as it comes.

class Capture extends AudioWorkletProcessor {
  process([[channel]]) {
    if (channel) this.port.postMessage(channel.slice())
    return true
  }
}

registerProcessor('capture', Capture)
