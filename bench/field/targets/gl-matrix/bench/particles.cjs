// A small particle system: forces between neighbours, velocities that are limited, a camera that follows.
const { mat4, quat, vec3 } = require('../cjs/index.js');

let state = 13;
const random = () => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648;
const particles = Array.from({ length: 220 }, () => ({ at: vec3.fromValues(random() * 10, random() * 10, random() * 10), speed: vec3.create() }));
const steps = process.argv[2] === 'check' ? 3 : 60;
const force = vec3.create();
const apart = vec3.create();
const camera = mat4.create();
const turn = quat.create();

for (let step = 0; step < steps; step += 1) {
  for (const one of particles) {
    vec3.zero(force);
    for (const other of particles) {
      if (one === other) continue;
      const distance = vec3.distance(one.at, other.at);
      if (distance > 4) continue;
      vec3.subtract(apart, one.at, other.at);
      vec3.scaleAndAdd(force, force, vec3.normalize(apart, apart), 1 / (0.1 + distance));
    }
    vec3.scaleAndAdd(one.speed, one.speed, force, 0.01);
    if (vec3.length(one.speed) > 1) vec3.normalize(one.speed, one.speed);
  }
  for (const { at, speed } of particles) vec3.add(at, at, speed);
  quat.rotateY(turn, turn, 0.1);
  mat4.lookAt(camera, particles[0].at, particles[1].at, [0, 1, 0]);
}
console.log(particles.length);
if (process.argv[2] === 'check') console.log(particles.map(({ at }) => Array.from(at).join(' ')).join('\n'), Array.from(camera).join(' '), Array.from(turn).join(' '));
